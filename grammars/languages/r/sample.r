# Growth curves of bacteria.
library(dplyr)
library(R6)

MAX_HOURS <- 48
threshold = 0.05

#' Fits a logistic curve.
#'
#' @param data a data frame with time and density
#' @return the coefficients
#' @export
fit_curve <- function(data, start = NULL) {
  residuals <- data$density - mean(data$density)
  helper <- function(x) x^2
  # TODO: weight late points less
  sum(helper(residuals))
}

normalise = function(x) {
  (x - min(x)) / (max(x) - min(x))
}

48 / 2 -> half_time
square <- \(x) x * x

print.growth <- function(x, ...) {
  cat("growth of", x$name, "\n")
}

`%+%` <- function(a, b) paste0(a, b)

global_state <<- list()

Plate <- R6Class("Plate",
  public = list(
    wells = NULL,
    initialize = function(wells) {
      self$wells <- wells
    },
    read = function(index) self$wells[[index]]
  ),
  private = list(
    secret = 1,
    check = function() TRUE
  )
)

setClass("Sample", representation(name = "character"))
setGeneric("density", function(object, ...) standardGeneric("density"))
setMethod("density", "Sample", function(object, ...) 1)

if (interactive()) {
  message("hello")
}

before <- function(x) x + 1

wrong <- function(x) {
  x + ] 1
}

after <- function(y) {
  y * 2
}
