# Reference values from R for tests/synthesis/test_against_r.py.
#   Rscript validation/synthesis/regenerate.R      (in the repository's root)
# Needs R with metafor, metadat, clubSandwich, robumeta and jsonlite (Debian: r-cran-metafor
# r-cran-metadat r-cran-clubsandwich r-cran-robumeta r-cran-jsonlite). Effect sizes and variances are computed by escalc from the
# data sets shipped with metafor, whose sources the README names.
suppressPackageStartupMessages({library(metafor); library(clubSandwich)
                                library(robumeta); library(jsonlite)})

tight <- list(threshold = 1e-13, maxiter = 100000, stepadj = 0.5, tol = 1e-13)
methods <- c("REML", "PM", "DL", "ML", "EB", "SJ", "HE", "FE")
num <- function(x) as.numeric(x)

sets <- list(
  bcg = escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg),
  normand1999 = escalc("SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i,
                       data = dat.normand1999),
  hine1989 = escalc("RD", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.hine1989),
  raudenbush1985 = dat.raudenbush1985,
  cohen1981 = escalc("ZCOR", ri = ri, ni = ni, data = dat.cohen1981[c("ri", "ni")]),
  molloy2014 = escalc("ZCOR", ri = ri, ni = ni, data = dat.molloy2014),
  hackshaw1998 = dat.hackshaw1998,
  li2007 = escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.li2007),
  linde2005 = escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i,
                     data = dat.linde2005[c(7:10, 13:25), ]),
  bonett2010 = escalc("ARAW", ai = ai, mi = mi, ni = ni, data = dat.bonett2010)
)

interval <- function(model, level = 95) {
  ci <- try(confint(model, level = level, control = list(tol = 1e-13, tau2.max = 1000)), TRUE)
  if (inherits(ci, "try-error")) NULL else num(ci$random["tau^2", 2:3])
}
one <- function(x, method, test) {
  m <- rma(yi, vi, data = x, method = method, test = test, control = tight)
  p <- predict(m)
  list(estimate = num(m$beta), se = m$se, statistic = num(m$zval), p = m$pval, lower = m$ci.lb,
       upper = m$ci.ub, tau2 = m$tau2, i2 = m$I2 / 100, h2 = m$H2, q = m$QE, q_p = m$QEp,
       prediction_lower = p$pi.lb, prediction_upper = p$pi.ub)
}
loo <- function(x) {
  out <- leave1out(rma(yi, vi, data = x, test = "adhoc", control = tight))
  list(estimate = out$estimate, se = out$se, lower = out$ci.lb, tau2 = out$tau2, q = out$Q,
       i2 = out$I2 / 100)
}
pooled <- lapply(sets, function(x) {
  x <- x[!is.na(x$yi), ]
  by <- lapply(setNames(methods, methods), function(method)
    lapply(setNames(c("adhoc", "knha", "z"), c("modified_knapp_hartung", "knapp_hartung", "z")),
           function(test) one(x, method, test)))
  reml <- rma(yi, vi, data = x, control = tight)
  hts <- predict(rma(yi, vi, data = x, test = "knha", control = tight), pi.type = "Riley")
  list(yi = num(x$yi), vi = num(x$vi), methods = by, tau2_interval = interval(reml),
       tau2_interval_80 = interval(reml, 80), weights = num(weights(reml)) / 100,
       leave_one_out = loo(x))
})

# moderators
x <- sets$bcg
shift <- rma(yi, vi, mods = ~ ablat + year, data = x, test = "knha", control = tight)
plain <- rma(yi, vi, mods = ~ ablat, data = x, test = "z", control = tight)
alloc <- rma(yi, vi, mods = ~ alloc, data = x, test = "adhoc", method = "PM", control = tight)
b <- dat.bangertdrowns2004
b <- b[complete.cases(b[c("yi", "vi", "length", "meta", "wic")]), ]
bd <- rma(yi, vi, mods = ~ length + wic + meta, data = b, test = "knha", control = tight)
regression <- function(m) {
  list(estimate = num(m$beta), se = m$se, statistic = num(m$zval), p = num(m$pval), lower = m$ci.lb,
       upper = m$ci.ub, tau2 = m$tau2, q = m$QE, q_p = m$QEp, i2 = m$I2 / 100, h2 = m$H2,
       r2 = if (is.null(m$R2)) NA else m$R2 / 100, omnibus_p = m$QMp,
       omnibus = if (m$test == "z") m$QM / m$m else m$QM, tau2_interval = interval(m))
}
meta <- list(
  bcg_two = c(regression(shift), list(predicted = as.list(unclass(predict(shift, newmods = c(33, 1970)))[
    c("pred", "se", "ci.lb", "ci.ub", "pi.lb", "pi.ub")]))),
  bcg_latitude_z = regression(plain), bcg_allocation = regression(alloc), bangertdrowns = regression(bd))
meta_data <- list(ablat = num(x$ablat), year = num(x$year), alloc = x$alloc,
                  bangertdrowns = list(yi = num(b$yi), vi = num(b$vi), length = num(b$length),
                                       wic = num(b$wic), meta = num(b$meta)))

# groups
groups_common <- rma(yi, vi, mods = ~ alloc - 1, data = x, test = "knha", control = tight)
groups_test <- rma(yi, vi, mods = ~ alloc, data = x, test = "knha", control = tight)
apart <- lapply(split(x, b_group <- x$ablat >= 40), function(part)
  rma(yi, vi, data = part, method = "FE"))
between <- rma(sapply(apart, coef), sei = sapply(apart, function(m) m$se), method = "FE")
groups <- list(
  common = list(group = levels(factor(x$alloc)), estimate = num(groups_common$beta),
                se = groups_common$se, tau2 = groups_common$tau2, f = groups_test$QM,
                p = groups_test$QMp),
  separate = list(group = names(apart), estimate = num(sapply(apart, coef)),
                  q = between$QE, p = between$QEp))

# dependence
fine <- list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 10000)
three <- function(d, random, cluster, V = NULL) {
  if (is.null(V)) V <- d$vi
  m <- rma.mv(yi, V, random = random, data = d, control = fine)
  r <- coef_test(m, vcov = "CR2", cluster = cluster)
  list(yi = num(d$yi), vi = num(d$vi), study = as.character(cluster), estimate = num(m$beta), se = m$se,
       between = m$sigma2[1], within = m$sigma2[2], q = m$QE, log_likelihood = num(logLik(m)),
       robust_se = num(r$SE), robust_df = num(if (is.null(r$df_Satt)) r$df else r$df_Satt),
       robust_p = num(if (is.null(r$p_Satt)) r$p_val else r$p_Satt))
}
k11 <- dat.konstantopoulos2011
a16 <- dat.assink2016
mods16 <- rma.mv(yi, vi, mods = ~ year, random = ~ 1 | study/esid, data = a16, control = fine)
r16 <- coef_test(mods16, vcov = "CR2", cluster = a16$study)
V16 <- impute_covariance_matrix(a16$vi, cluster = a16$study, r = 0.6)
multilevel <- list(
  konstantopoulos2011 = three(k11, ~ 1 | district/school, k11$district),
  assink2016 = three(a16, ~ 1 | study/esid, a16$study),
  assink2016_correlated = three(a16, ~ 1 | study/esid, a16$study, V16),
  assink2016_year = list(year = num(a16$year), estimate = num(mods16$beta), se = mods16$se,
    between = mods16$sigma2[1], within = mods16$sigma2[2], robust_se = num(r16$SE),
    robust_df = num(if (is.null(r16$df_Satt)) r16$df else r16$df_Satt)))

# robumeta: other weights than the working model's inverse would give by maximum likelihood
rve <- lapply(c(CORR = "CORR", HIER = "HIER"), function(kind) {
  m <- robu(yi ~ year, data = a16, studynum = study, var.eff.size = vi, rho = 0.8,
            modelweights = kind, small = TRUE)
  list(weights = num(m$data.full$r.weights), study = as.character(m$data.full$study),
       yi = num(m$data.full$effect.size), year = num(m$Xreg[, "year"]),
       estimate = num(m$reg_table$b.r), se = num(m$reg_table$SE), df = num(m$reg_table$dfs))
})

# pooling with a full covariance
V <- bldiag(lapply(split(dat.berkey1998[c("v1i", "v2i")], dat.berkey1998$trial), as.matrix))
mv <- rma.mv(yi, V, random = ~ 1 | row, data = transform(dat.berkey1998, row = seq_along(yi)),
             control = fine)
gls <- rma.mv(yi, V, data = dat.berkey1998)
corr <- 0.5 * sqrt(outer(x$vi, x$vi)); diag(corr) <- x$vi  # as if all thirteen shared controls
shared <- rma.mv(yi, corr, random = ~ 1 | trial, data = x, control = fine)
shared_mods <- rma.mv(yi, corr, mods = ~ ablat, random = ~ 1 | trial, data = x, control = fine)
full <- function(m) list(estimate = num(m$beta), se = m$se, tau2 = if (length(m$sigma2)) m$sigma2 else 0,
                         q = m$QE, q_p = m$QEp)
covariance <- list(
  berkey1998 = c(list(yi = num(dat.berkey1998$yi), V = V), full(mv)),
  berkey1998_fixed = full(gls), bcg_shared = full(shared), bcg_shared_latitude = full(shared_mods))

# small studies
small <- lapply(sets[c("bcg", "raudenbush1985", "hackshaw1998", "li2007", "linde2005", "cohen1981")],
  function(x) {
    m <- rma(yi, vi, data = x, control = tight)
    lm <- regtest(m, model = "lm"); mixed <- regtest(rma(yi, vi, data = x, test = "knha", control = tight))
    rank <- suppressWarnings(ranktest(m))
    fill <- function(estimator) {
      f <- trimfill(m, estimator = estimator, control = tight, maxiter = 1000)
      list(missing = f$k0, side = f$side, estimate = num(f$beta), se = f$se, tau2 = f$tau2,
           p = if (is.null(f$p.k0)) NA else f$p.k0)
    }
    list(lm = list(t = num(lm$zval), p = num(lm$pval), limit = num(lm$est)),
         mixed = list(t = num(mixed$zval), p = num(mixed$pval), limit = num(mixed$est)),
         rank = list(tau = num(rank$tau), p = num(rank$pval)), L0 = fill("L0"), R0 = fill("R0"))
  })

out <- list(
  versions = lapply(list(R = getRversion(), metafor = packageVersion("metafor"),
    metadat = packageVersion("metadat"), clubSandwich = packageVersion("clubSandwich"),
    robumeta = packageVersion("robumeta")), as.character),
  pooled = pooled, meta_data = meta_data, meta_regression = meta, subgroups = groups,
  multilevel = multilevel, robumeta = rve, covariance = covariance, small_study = small)
write(toJSON(out, digits = I(15), auto_unbox = TRUE, null = "null", na = "null"),
      "validation/synthesis/r.json")
