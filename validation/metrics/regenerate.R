# Reference values from R for tests/metrics/test_against_r.py.
#   Rscript validation/metrics/regenerate.R      (in the repository's root)
# Needs R with survey, laeken and jsonlite (Debian: r-cran-survey r-cran-laeken r-cran-jsonlite).
suppressPackageStartupMessages({library(survey); library(laeken); library(jsonlite)})

# An invented rotating panel: 300 households a year in four regions, half of them in both years;
# one to four persons with the household's income in whole euros.
set.seed(20190207)
household <- 1:450
region <- sample(c("east", "north", "south", "west"), 450, TRUE, c(.4, .1, .3, .2))
size <- sample(1:4, 450, TRUE)
level <- rlnorm(450, 10 + .1 * (region == "south"), .45)
persons <- function(year, from) {
  hh <- rep(from:(from + 299), size[from:(from + 299)])
  data.frame(year = year, household = hh, region = region[hh],
             weight = round(100 * (1 + (region[hh] == "east")) * (1 + hh %% 5 / 10)),
             income = round(level[hh] * rep(rlnorm(300, 0, .15), size[from:(from + 299)])))
}
d <- rbind(persons(2019, 1), persons(2020, 151))
d$poor <- as.integer(d$income < 14000)
write.csv(d, "validation/metrics/panel.csv", row.names = FALSE, quote = FALSE)

simple <- svydesign(~1, weights = ~weight, data = d)
full <- svydesign(~household, strata = ~region, weights = ~weight, data = d, nest = TRUE)
hh <- aggregate(household ~ region, unique(d[c("household", "region")]), length)
d$N <- 10 * hh$household[match(d$region, hh$region)]
finite <- svydesign(~household, strata = ~region, weights = ~weight, fpc = ~N, data = d, nest = TRUE)
lonely <- d
lonely$region[lonely$household == d$household[1]] <- "alone"
options(survey.lonely.psu = "adjust")
single <- svydesign(~household, strata = ~region, weights = ~weight, data = lonely, nest = TRUE)

both <- function(x) list(value = as.numeric(coef(x))[1], se = as.numeric(SE(x))[1])
y2019 <- subset(full, year == 2019)
by_year <- svyby(~income, ~year, full, svymean, covmat = TRUE)  # with the panel's covariance
difference <- svycontrast(by_year, c("2019" = -1, "2020" = 1))
ratio <- svycontrast(by_year, quote(`2020` / `2019`))

inc <- d$income; w <- d$weight
# The influence functions of Gini and Theil written out independently, fed to survey's variance
mu <- sum(w * inc) / sum(w)
gini_value <- { o <- order(inc); p <- (w / sum(w))[o]; L <- cumsum(p * inc[o]) / mu
                1 - sum(p * (L + c(0, head(L, -1)))) }
theil_value <- sum(w * inc / mu * log(inc / mu)) / sum(w)
theil_total <- function(v, design) SE(svytotal(~v, update(design, v = v)))[1]
z_theil <- (inc / mu * log(inc / mu) - theil_value - (theil_value + 1) * (inc - mu) / mu) / sum(w)
distance <- sapply(inc, function(x) sum(w * abs(x - inc)) / sum(w))
z_gini <- (distance / mu - gini_value - gini_value * inc / mu) / sum(w)

out <- list(
  versions = list(R = as.character(getRversion()), survey = as.character(packageVersion("survey")),
                  laeken = as.character(packageVersion("laeken"))),
  survey = list(
    mean_simple = both(svymean(~income, simple)),
    mean = both(svymean(~income, full)),
    mean_2019 = both(svymean(~income, y2019)),
    mean_finite = both(svymean(~income, finite)),
    mean_lonely = both(svymean(~income, single)),
    proportion = both(svymean(~poor, full)),
    difference = both(difference),
    ratio = both(ratio),
    degrees_of_freedom = degf(full),
    cv_squared = as.numeric(coef(svyvar(~income, simple))[1] * (nrow(d) - 1) / nrow(d)) / mu^2,
    gini_se = as.numeric(theil_total(z_gini, full)),
    theil_se = as.numeric(theil_total(z_theil, full))
  ),
  laeken = list(
    gini = gini("income", weights = "weight", data = d)$value / 100,
    qsr = qsr("income", weights = "weight", data = d)$value,
    arpr = arpr("income", weights = "weight", data = d)$value / 100,
    threshold = arpt("income", weights = "weight", data = d),
    median = weightedMedian(inc, w),
    p10 = weightedQuantile(inc, w, 0.1), p90 = weightedQuantile(inc, w, 0.9)
  ),
  by_hand = list(gini = gini_value, theil_t = theil_value)
)
write(toJSON(out, auto_unbox = TRUE, digits = 15, pretty = TRUE), "validation/metrics/r.json")
