# Known answers computed by R packages; called by regenerate_known_answers.py, writes JSON to stdout.
# Needs R with survey, laeken, vcd, MASS and jsonlite (Debian: r-cran-survey r-cran-laeken r-cran-vcd
# r-cran-mass r-cran-jsonlite).
suppressPackageStartupMessages({library(survey); library(laeken); library(vcd); library(MASS)
                                library(jsonlite)})
version <- function(p) paste(p, packageVersion(p))
cases <- list()
add <- function(index, input, expected, source, parameters = list(), tolerance = 1e-10,
                reason = "double precision") {
  parameters <- if (length(parameters)) parameters else setNames(list(), character())
  cases[[length(cases) + 1]] <<- list(index = index, input = input, parameters = parameters,
    expected = as.numeric(expected), tolerance = tolerance, reason = reason, kind = "R",
    source = paste0("R ", getRversion(), ", ", source))
}

vectors <- list(
  list(values = c(12, 7, 30, 18, 18, 25, 60, 9, 14, 41)),
  list(values = c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8), weights = c(2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5)),
  list(values = c(21500, 9800, 13400, 38200, 27100, 16000, 51900, 30300, 24700, 18800, 11100),
       weights = c(310, 120, 455, 80, 205, 500, 40, 150, 260, 340, 95)))
for (v in vectors) {
  y <- v$values; w <- if (is.null(v$weights)) rep(1, length(y)) else v$weights
  d <- data.frame(y = y, w = w, i = seq_along(y)); mu <- weighted.mean(y, w)
  design <- svydesign(~1, weights = ~w, data = d)
  by <- version("laeken")
  add("gini", v, gini("y", weights = "w", data = d)$value / 100, paste(by, "gini"))
  add("low_income_rate", v, arpr("y", weights = "w", data = d)$value / 100, paste(by, "arpr"))
  add("poverty_line", v, arpt("y", weights = "w", data = d), paste(by, "arpt"))
  add("median", v, weightedMedian(y, w), paste(by, "weightedMedian"))
  # where a quantile falls exactly between two people laeken takes the upper, we the mean of both
  between <- function(p) any(abs(cumsum(w[order(y)]) / sum(w) - p) < 1e-9)
  for (p in c(0.1, 0.25, 0.6, 0.9)) if (!between(p))
    add("quantile", v, weightedQuantile(y, w, p), paste(by, "weightedQuantile"), list(p = p))
  if (!between(.1) && !between(.9))
    add("percentile_ratio", v, weightedQuantile(y, w, .9) / weightedQuantile(y, w, .1),
        paste(by, "weightedQuantile"))
  by <- version("survey")
  add("mean", v, coef(svymean(~y, design)), paste(by, "svymean"))
  n <- length(y)
  cv <- sqrt(coef(svyvar(~y, design)) * (n - 1) / n) / mu
  add("coefficient_of_variation", v, cv, paste(by, "svyvar, its n - 1 taken out"))
  add("generalized_entropy", v, cv^2 / 2, paste(by, "svyvar: half the squared CV"), list(alpha = 2))
  add("hoover", v, coef(svymean(~abs(y - mu), design)) / (2 * mu), paste(by, "svymean of |y - mean|"))
  add("theil_t", v, coef(svymean(~I(y / mu * log(y / mu)), design)), paste(by, "svymean of the summand"))
  add("mld", v, coef(svymean(~I(log(mu / y)), design)), paste(by, "svymean of the summand"))
  add("kolm", v, log(coef(svymean(~I(exp(0.01 * (mu - y) / mu)), design))) * 100 * mu,
      paste(by, "svymean of the exponent"), list(kappa = 0.01 / mu), tolerance = 1e-8)
  add("low_income_rate", v, coef(svymean(~as.numeric(y < mu), design)), paste(by, "svymean"), list(line = mu))
  add("poverty_gap", v, coef(svymean(~I((y < mu) * (1 - y / mu)), design)), paste(by, "svymean"),
      list(line = mu))
  add("fgt", v, coef(svymean(~I((y < mu) * (1 - y / mu)^2), design)), paste(by, "svymean"),
      list(line = mu, alpha = 2))
  add("watts", v, coef(svymean(~I((y < mu) * log(mu / y)), design)), paste(by, "svymean"),
      list(line = mu))
  # the slope index and the concentration index by weighted regression on the ridit
  rank <- (d$i * 7) %% (n + 1)
  o <- order(rank); ridit <- numeric(n); ridit[o] <- (cumsum(w[o]) - w[o] / 2) / sum(w)
  slope <- coef(lm(y ~ ridit, weights = w))[[2]]
  by <- "stats lm on the weighted ridit"
  add("slope_index", v, slope, by, list(rank = rank), tolerance = 1e-9)
  v2 <- coef(lm(I(2 * weighted.mean((ridit - .5)^2, w) * y / mu) ~ ridit, weights = w))[[2]]
  add("concentration_index", v, v2, paste0(by, ", of 2 var(R) y / mean (Kakwani et al. 1997)"),
      list(rank = rank), tolerance = 1e-9)
  a <- coef(lm(y ~ ridit, weights = w))[[1]]
  add("relative_index", v, (a + slope) / a, by, list(rank = rank), tolerance = 1e-9)
  g <- coef(suppressWarnings(glm(y ~ ridit, weights = w, family = poisson,
                                 control = glm.control(epsilon = 1e-14))))
  add("relative_index", v, exp(g[[2]]), "stats glm, Poisson, on the weighted ridit",
      list(rank = rank, link = "log"), tolerance = 1e-8)
  add("slope_index", v, exp(g[[1]] + g[[2]]) - exp(g[[1]]), "stats glm, Poisson, on the weighted ridit",
      list(rank = rank, link = "log"), tolerance = 1e-8 * mu, reason = "iterations of two programs")
  d$g <- ifelse(d$i %% 2 == 0, "even", "odd")
  m <- coef(svyby(~y, ~g, update(design, g = d$g), svymean))
  add("gap", v, m[["odd"]] - m[["even"]], paste(version("survey"), "svyby"),
      list(groups = d$g, between = c("odd", "even")), tolerance = 1e-10 * mu)
}
add("proportion", list(values = c(1, 0, 0, 1, 1, 0), weights = 1:6),
    coef(svymean(~x, svydesign(~1, weights = 1:6, data = data.frame(x = c(1, 0, 0, 1, 1, 0))))),
    paste(version("survey"), "svymean"))

tables <- list(list(x = c(10, 40, 50, 5), y = c(50, 40, 10, 30)),
               list(x = c(120, 340, 90, 15, 60), y = c(300, 110, 45, 80, 75)),
               list(a = c(30, 10, 5, 20), b = c(10, 30, 25, 20), c = c(5, 15, 40, 8)))
for (t in tables) {
  m <- do.call(cbind, t); input <- list(counts = t); N <- sum(m)
  tests <- assocstats(as.table(m))$chisq_tests
  by <- paste(version("vcd"), "assocstats")
  add("mutual_information", input, tests["Likelihood Ratio", "X^2"] / (2 * N),
      paste(by, "likelihood ratio / 2N"))
  entropy <- -sum(colSums(m) / N * log(colSums(m) / N))
  add("theil_h", input, tests["Likelihood Ratio", "X^2"] / (2 * N) / entropy,
      paste(by, "likelihood ratio / 2N over the entropy of groups"))
  lr <- loglm(~1 + 2, data = m)$lrt
  add("mutual_information", input, lr / (2 * N), paste(version("MASS"), "loglm, independence"))
  if (ncol(m) == 2) {
    chi <- chisq.test(m, correct = FALSE)$statistic / N
    for (index in c("correlation_ratio", "normalized_exposure", "relative_diversity"))
      add(index, input, chi, "stats chisq.test / N (phi squared)")
    r2 <- summary(lm(m[, 1] / rowSums(m) ~ factor(1:nrow(m)), weights = rowSums(m)))
    iso <- weighted.mean(m[, 1] / rowSums(m), m[, 1])
    add("isolation", input, iso, "stats weighted.mean of the area's share")
    add("exposure", input, 1 - iso, "stats weighted.mean of the area's share")
    add("dissimilarity", input, dist(rbind(m[, 1] / sum(m[, 1]), m[, 2] / sum(m[, 2])),
                                     method = "manhattan") / 2, "stats dist, Manhattan")
  }
}
for (counts in list(c(12, 30, 25, 20, 13), c(100, 0, 0, 100), c(5, 10, 60, 20, 5))) {
  K <- length(counts); p <- counts / sum(counts)
  d <- as.matrix(dist(seq_len(K), method = "manhattan"))
  add("berry_mielke", list(answers = counts), 2 / (K - 1) * t(p) %*% d %*% p,
      "stats dist, Manhattan: quadratic form")
  add("leik", list(answers = counts),
      2 / (K - 1) * weighted.mean(abs(rep(1:K, counts) - median(rep(1:K, counts))), rep(1, sum(counts))),
      "stats median: mean distance from it")
}
cat(toJSON(cases, auto_unbox = TRUE, digits = 17, pretty = FALSE))
