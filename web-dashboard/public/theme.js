// Before the first paint, so that a dark page does not flash white. The choice is kept by src/app/theme.ts.
(function () {
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch (_) {
    // Without storage the system decides.
  }
})();
