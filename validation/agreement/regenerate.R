# Pinned answers of R's psych and vcd; run from the repository's root: Rscript validation/agreement/regenerate.R
suppressMessages({library(psych); library(vcd); library(jsonlite)})
judges <- matrix(c(9,2,5,8, 6,1,3,2, 8,4,6,8, 7,1,2,6, 10,5,6,9, 6,2,4,7), ncol = 4, byrow = TRUE)
set.seed(7)
made <- matrix(round(rnorm(20 * 3, mean = rep(rnorm(20, 3, 1), 3), sd = 0.8), 2), ncol = 3)
forms <- function(x, level = 0.05) {
  r <- ICC(x, lmer = FALSE, alpha = level)$results
  list(scores = x, value = r$ICC, lower = r[["lower bound"]], upper = r[["upper bound"]], F = r$F)
}
kappas <- function(table, weights) {
  k <- Kappa(table, weights = weights)
  list(table = table, weights = weights, unweighted = unname(k$Unweighted), weighted = unname(k$Weighted))
}
# Cohen (1968): agreement among 200 units, disagreement weights 0 to 6
cohen <- 200 * matrix(c(.44,.07,.09, .05,.20,.05, .01,.03,.06), 3, byrow = TRUE)
v <- matrix(c(0,1,3, 1,0,6, 3,6,0), 3)
own <- Kappa(cohen, weights = 1 - v / 6)$Weighted
# Krippendorff (2011): 4 observers, 12 units
observers <- rbind(c(1,2,3,3,2,1,4,1,2,NA,NA,NA), c(1,2,3,3,2,2,4,1,2,5,NA,3),
                   c(NA,3,3,3,2,3,4,2,2,5,1,NA), c(1,2,3,3,2,4,4,1,2,5,1,NA))
answer <- list(
  versions = list(R = as.character(getRversion()), psych = as.character(packageVersion("psych")),
                  vcd = as.character(packageVersion("vcd"))),
  icc = list(shrout_fleiss_1979 = forms(judges), made = forms(made), made_90 = forms(made, 0.10)),
  kappa = list(sexual_fun_linear = kappas(unclass(SexualFun), "Equal-Spacing"),
               sexual_fun_quadratic = kappas(unclass(SexualFun), "Fleiss-Cohen"),
               ms_winnipeg_linear = kappas(unclass(MSPatients[, , 1]), "Equal-Spacing"),
               ms_winnipeg_quadratic = kappas(unclass(MSPatients[, , 1]), "Fleiss-Cohen")),
  cohen_1968 = list(table = cohen, disagreement = v, weighted = own[[1]], se = own[[2]]),
  observers = observers
)
writeLines(toJSON(answer, digits = I(15), auto_unbox = TRUE, pretty = TRUE, na = "null"), "validation/agreement/r.json")
