package dev.lilla.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// The Chromium of this machine. Nothing is downloaded; where there is none, tests are skipped.
final class Chromium implements AutoCloseable {
    /// Generous, as nothing here is about speed.
    static final int PATIENCE_MILLIS = 120_000;

    private final Playwright playwright;
    private final BrowserType.LaunchOptions options;
    private @Nullable Browser browser;

    private Chromium(Playwright playwright, BrowserType.LaunchOptions options) {
        this.playwright = playwright;
        this.options = options;
    }

    /// Without a running browser: for windows of a profile, each of which is one.
    static Chromium playwright() {
        Optional<Path> program = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        Assumptions.assumeTrue(
                program.isPresent(),
                "no Chromium in /usr/bin, so the page is not tested; install the package chromium");
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        return new Chromium(
                playwright,
                new BrowserType.LaunchOptions()
                        .setExecutablePath(program.get())
                        .setArgs(arguments())
                        .setTimeout(PATIENCE_MILLIS));
    }

    /// Its sandbox refuses to work for root, whom build machines often run tests as.
    private static List<String> arguments() {
        return "root".equals(System.getProperty("user.name")) ? List.of("--no-sandbox") : List.of();
    }

    static Chromium open() {
        Chromium chromium = playwright();
        chromium.browser = chromium.playwright.chromium().launch(chromium.options);
        return chromium;
    }

    /// A window with what a profile keeps.
    BrowserContext window(Path profile) {
        BrowserContext window = playwright
                .chromium()
                .launchPersistentContext(
                        profile,
                        new BrowserType.LaunchPersistentContextOptions()
                                .setExecutablePath(options.executablePath)
                                .setArgs(arguments())
                                .setLocale("en-US")
                                .setTimeout(PATIENCE_MILLIS));
        window.setDefaultTimeout(PATIENCE_MILLIS);
        window.setDefaultNavigationTimeout(PATIENCE_MILLIS);
        return window;
    }

    /// A window with a storage of its own.
    BrowserContext window(Browser.NewContextOptions options) {
        BrowserContext window =
                Objects.requireNonNull(browser, "there is no running browser").newContext(options);
        window.setDefaultTimeout(PATIENCE_MILLIS);
        window.setDefaultNavigationTimeout(PATIENCE_MILLIS);
        return window;
    }

    @Override
    public void close() {
        playwright.close();
    }
}
