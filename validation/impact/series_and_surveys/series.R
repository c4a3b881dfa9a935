# Interrupted series by glm, sandwich and nlme, for tests/impact/test_interrupted_series.py.
#   Rscript validation/impact/series_and_surveys/series.R          (in the repository's root)
suppressPackageStartupMessages({library(sandwich); library(nlme); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion"); set.seed(20192020)

n <- 40; time <- 1:n; start <- 31; on <- as.numeric(time >= start); slope <- on * (time - start)
noise <- as.numeric(arima.sim(list(ar = 0.5), n))
population <- round(9000 + 30 * time + 100 * rnorm(n))
shock <- 0.1 * rnorm(n)
data <- data.frame(time, population, population2 = 2 * population,
  rate = round(20 + 0.2 * time - 2 * on + noise, 3),
  count = rpois(n, population * exp(-4 + 0.005 * time - 0.2 * on + shock)),
  other = rpois(n, 2 * population * exp(-4.2 + 0.005 * time + shock)))
trend <- time - start; angle <- 2 * pi * (time - 1) / 12
season <- cbind(sin(angle), cos(angle), sin(2 * angle), cos(2 * angle))

hac <- function(fit) NeweyWest(fit, lag = floor(4 * (n / 100)^(2 / 9)), prewhite = FALSE, adjust = TRUE)
summarised <- function(fit) list(coefficient = unname(coef(fit)["on"]),
  se = sqrt(vcov(fit)["on", "on"]), hac = sqrt(hac(fit)["on", "on"]))

cases <- list(
  gaussian = summarised(lm(rate ~ trend + on, data)),
  gaussian_season = summarised(lm(rate ~ trend + on + slope + season, data)),
  poisson = summarised(glm(count ~ trend + on, quasipoisson, data, offset = log(population))),
  poisson_season = summarised(glm(count ~ trend + on + slope + season, quasipoisson, data,
    offset = log(population))),
  controlled = summarised(glm(cbind(count, other) ~ trend + on, quasibinomial, data,
    offset = log(population / population2))))

# the mixture over the unknown autocorrelation, from nlme's own restricted likelihood; twelve points
short <- data.frame(y = data$rate[21:32], t = 1:12, on = as.numeric(1:12 > 10))
rhos <- (0:199 + 0.5) / 200
fits <- lapply(rhos, function(r) gls(y ~ t + on, short, method = "REML",
  correlation = corAR1(r, ~ t, fixed = TRUE)))
like <- sapply(fits, function(f) as.numeric(logLik(f)))
weight <- exp(like - max(like)); weight <- weight / sum(weight)
centre <- sapply(fits, function(f) unname(coef(f)["on"]))
scale <- sapply(fits, function(f) sqrt(vcov(f)["on", "on"]))
below <- function(x) sum(weight * pt((x - centre) / scale, 9))
quantile <- function(q) uniroot(function(x) below(x) - q, c(-50, 50), tol = 1e-12)$root
cases$mixture <- list(estimate = sum(weight * centre), rho = sum(weight * rhos),
  lower = quantile(0.025), upper = quantile(0.975), p = 2 * min(below(0), 1 - below(0)))

folder <- "validation/impact/series_and_surveys/"
write.csv(data, paste0(folder, "series.csv"), row.names = FALSE)
versions <- list(R = as.character(getRversion()), sandwich = as.character(packageVersion("sandwich")),
                 nlme = as.character(packageVersion("nlme")))
write(toJSON(c(list(versions = versions), cases), auto_unbox = TRUE, digits = 16, pretty = TRUE),
      paste0(folder, "series.json"))
