// Runs before anything is drawn, so that a page in the dark does not flash white.
(() => {
  try {
    const stored = JSON.parse(localStorage.getItem('lilla.preferences') ?? '{}');
    if (stored.theme === 'light' || stored.theme === 'dark') {
      document.documentElement.dataset.theme = stored.theme;
    }
    if (stored.language === 'en' || stored.language === 'sv') {
      document.documentElement.lang = stored.language;
    }
  } catch {
    // No storage, no choice: the system's theme it is.
  }
})();
