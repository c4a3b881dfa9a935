# Before/after surveys by R's stats, exactRankTests and clubSandwich, for
# tests/impact/test_before_after.py.
#   Rscript validation/impact/series_and_surveys/surveys.R         (in the repository's root)
suppressPackageStartupMessages({library(exactRankTests); library(clubSandwich); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion"); set.seed(2020)

n <- 40
person <- 1:n; treated <- rep(1:0, each = n / 2); house <- rep(1:10, times = c(2, 6, 3, 5, 4, 7, 3, 4, 2, 4))
level <- rnorm(n); before <- round(3 + level + 0.5 * rnorm(n), 2)
after <- round(before + 0.3 + 0.4 * treated + 0.7 * rnorm(n) + 0.3 * rnorm(10)[house], 2)
likert <- function(x) pmin(pmax(round(x), 1), 5)
data <- data.frame(person, treated, house, weight = round(0.5 + runif(n), 2), before, after,
  likert_before = likert(before), likert_after = likert(after))
change <- data$after - data$before; steps <- data$likert_after - data$likert_before
one <- treated == 1

t_of <- function(test) list(estimate = unname(test$estimate[1] - if (length(test$estimate) > 1) test$estimate[2] else 0),
  interval = test$conf.int[1:2], p = test$p.value)
robust <- function(fit, row, cluster) {
  found <- conf_int(fit, vcov = "CR2", cluster = cluster)[row, ]
  p <- coef_test(fit, vcov = "CR2", cluster = cluster)[row, ]
  list(estimate = found$beta, interval = c(found$CI_L, found$CI_U), p = p$p_Satt, df = found$df)
}
ancova <- summary(lm(after ~ treated + before, data)); slope <- coef(ancova)["treated", ]
rank <- wilcox.test(change[one], conf.int = TRUE, exact = TRUE)
cases <- list(
  paired_t = t_of(t.test(change[one])),
  welch_t = t_of(t.test(change[one], change[!one])),
  covariance = list(estimate = slope[[1]], p = slope[[4]],
    interval = slope[[1]] + c(-1, 1) * qt(0.975, n - 3) * slope[[2]]),
  hodges_lehmann = list(estimate = unname(rank$estimate), interval = rank$conf.int[1:2], p = rank$p.value),
  wilcoxon_ties = wilcox.exact(steps[one])$p.value,
  clusters_one_group = robust(lm(change ~ 1), 1, house),
  clusters_whole = robust(lm(change ~ treated), 2, house + 100 * treated),
  clusters_within = robust(lm(change ~ treated), 2, house),
  weights = robust(lm(change ~ treated, weights = data$weight), 2, person),
  clusters_covariance = robust(lm(after ~ treated + before, data), 2, house + 100 * treated))
versions <- lapply(c(exactRankTests = "exactRankTests", clubSandwich = "clubSandwich"),
                   function(p) as.character(packageVersion(p)))
folder <- "validation/impact/series_and_surveys/"
write.csv(data, paste0(folder, "surveys.csv"), row.names = FALSE)
write(toJSON(c(list(versions = c(R = as.character(getRversion()), versions)), cases),
             auto_unbox = TRUE, digits = 16, pretty = TRUE), paste0(folder, "surveys.json"))
