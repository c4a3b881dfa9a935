# Times R packages on one table: Rscript peers.R FOLDER, where FOLDER holds the incomes and
# weights as doubles.  Prints a line each: package, function and seconds, or that it is missing.
# The rule of metrics.py: data in memory before, processor time, the least of several runs.

folder <- commandArgs(trailingOnly = TRUE)[1]
column <- function(name) {
  path <- file.path(folder, name)
  readBin(path, "double", file.size(path) / 8)
}
y <- column("income")
w <- column("weight")

least <- function(run, enough = 0.2) {
  spent <- function() sum(proc.time()[c("user.self", "sys.self")])
  seconds <- function(times) {
    started <- spent()
    for (i in seq_len(times)) run()
    (spent() - started) / times
  }
  times <- 1
  while ((first <- seconds(times)) * times < enough) times <- 4 * times
  if (first > 2) first else min(first, vapply(1:5, function(i) seconds(times), 0))
}

report <- function(package, what, make) {
  known <- requireNamespace(package, quietly = TRUE)
  cat(package, what, if (known) least(make()) else NA, "\n", sep = "\t")
}

report("laeken", "gini", function() function() laeken::gini(y, weights = w))
report("laeken", "arpr", function() function() laeken::arpr(y, weights = w))
report("laeken", "qsr", function() function() laeken::qsr(y, weights = w))
report("ineq", "Gini", function() function() ineq::Gini(y))
report("ineq", "Theil", function() function() ineq::Theil(y))
report("convey", "svygini", function() {
  frame <- data.frame(y = y, w = w)
  design <- convey::convey_prep(survey::svydesign(ids = ~1, weights = ~w, data = frame))
  function() convey::svygini(~y, design)
})
