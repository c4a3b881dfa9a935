# Effect sizes by metafor's escalc, for tests/impact/test_effect_sizes.py.
#   Rscript validation/impact/series_and_surveys/effect_sizes.R     (in the repository's root)
suppressPackageStartupMessages({library(metafor); library(jsonlite)})

of <- function(kind, statistics, found)
  list(kind = kind, statistics = statistics, value = as.numeric(found$yi), variance = found$vi)
two <- list(mean1 = 5.1, sd1 = 1.3, n1 = 17, mean2 = 4.4, sd2 = 0.9, n2 = 23)
within <- list(mean_before = 3.2, sd_before = 0.8, mean_after = 3.6, sd_after = 1.1, n = 19,
               correlation = 0.55)
few <- list(events1 = 9, n1 = 21, events2 = 4, n2 = 25)
none <- list(events1 = 0, n1 = 12, events2 = 5, n2 = 14)
continuous <- function(code) with(two, escalc(code, m1i = mean1, sd1i = sd1, n1i = n1,
  m2i = mean2, sd2i = sd2, n2i = n2))
# metafor scales the raw-score change by sd1i, which has to be the spread before
change <- function(code, sd_first, sd_second) with(within, escalc(code, m1i = mean_after,
  m2i = mean_before, sd1i = sd_first, sd2i = sd_second, ni = n, ri = correlation))
events <- function(code, t) with(t, escalc(code, ai = events1, n1i = n1, ci = events2, n2i = n2))
pairs <- function(code, gained, lost, both, neither)
  escalc(code, ai = both, bi = gained, ci = lost, di = neither)
share <- function(code, x, n) escalc(code, xi = x, ni = n)

cases <- list(
  of("mean_difference", two, continuous("MD")),
  of("hedges_g", two, continuous("SMD")),
  of("glass_delta", two, continuous("SMD1")),
  of("log_ratio_of_means", two, continuous("ROM")),
  of("mean_change", within, change("MC", within$sd_after, within$sd_before)),
  of("standardized_mean_change", within[names(within) != "sd_after"],
     change("SMCR", within$sd_before, within$sd_after)),
  of("standardized_mean_change_score", within,
     change("SMCC", within$sd_after, within$sd_before)),
  of("log_ratio_of_means_change", within, change("ROMC", within$sd_after, within$sd_before)),
  of("risk_difference", few, events("RD", few)), of("risk_difference", none, events("RD", none)),
  of("log_risk_ratio", few, events("RR", few)), of("log_risk_ratio", none, events("RR", none)),
  of("log_odds_ratio", few, events("OR", few)), of("log_odds_ratio", none, events("OR", none)),
  of("arcsine_difference", few, events("AS", few)),
  of("paired_risk_difference", list(gained = 9, lost = 3, n = 30), pairs("MPRD", 9, 3, 8, 10)),
  of("paired_log_odds_ratio", list(gained = 9, lost = 3), pairs("MPORC", 9, 3, 8, 10)),
  of("paired_log_odds_ratio", list(gained = 7, lost = 0), pairs("MPORC", 7, 0, 8, 10)),
  of("raw_mean", list(mean = 3.2, sd = 0.8, n = 19), escalc("MN", mi = 3.2, sdi = 0.8, ni = 19)),
  of("raw_proportion", list(events = 4, n = 19), share("PR", 4, 19)),
  of("raw_proportion", list(events = 0, n = 19), share("PR", 0, 19)),
  of("logit_proportion", list(events = 4, n = 19), share("PLO", 4, 19)),
  of("logit_proportion", list(events = 19, n = 19), share("PLO", 19, 19)),
  of("arcsine_proportion", list(events = 4, n = 19), share("PAS", 4, 19)),
  of("freeman_tukey", list(events = 4, n = 19), share("PFT", 4, 19)),
  of("fisher_z", list(correlation = 0.44, n = 19), escalc("ZCOR", ri = 0.44, ni = 19)),
  of("cronbach_alpha", list(alpha = 0.82, items = 7, n = 40),
     escalc("ARAW", ai = 0.82, mi = 7, ni = 40))
)
out <- list(versions = list(R = as.character(getRversion()),
                            metafor = as.character(packageVersion("metafor"))), cases = cases)
write(toJSON(out, auto_unbox = TRUE, digits = 16, pretty = TRUE),
      "validation/impact/series_and_surveys/effect_sizes.json")
