package dev.lilla.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.ColorScheme;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.serve.http.ApiKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How the page loads and looks; `target/page` holds pictures for people.
class LooksTest {
    private static final int LOADED_BYTES_MAX = 150_000;

    @AutoClose
    private static Chromium chromium;

    @AutoClose
    private static DemoServer server;

    @BeforeAll
    static void start() throws IOException {
        chromium = Chromium.open();
        server = DemoServer.start(
                0, ApiKeys.NONE, SchedulerOptions.defaults(), DemoServer.NAME, DemoServer.NAME + ":kvitto");
    }

    @Test
    void loadsLittleAndOnlyFromItsServer() {
        try (ChatPage page = ChatPage.open(chromium, server)) {
            assertThat(page.page().locator("welcome-view")).isVisible();
            long bytes = 0;
            for (Response response : page.responses()) {
                assertThat(response.url()).startsWith(server.address() + "/");
                assertThat(response.status()).as(response.url()).isEqualTo(200);
                bytes += response.request().sizes().responseBodySize;
            }
            assertThat(page.responses()).hasSizeGreaterThan(20);
            assertThat(bytes).isBetween(20_000L, (long) LOADED_BYTES_MAX);
            assertThat(page.complaints()).isEmpty();
        }
    }

    @Test
    void isKeptFromReachingElsewhere() {
        try (ChatPage page = ChatPage.open(chromium, server)) {
            assertThat(page.page().locator("welcome-view")).isVisible();
            for (String attempt : List.of(
                    "fetch('https://example.org/').then(() => 'done', () => 'refused')",
                    "new Promise(end => { const image = new Image(); image.onload = () => end('done'); "
                            + "image.onerror = () => end('refused'); image.src = 'https://example.org/a.png'; })",
                    "(() => { try { document.body.insertAdjacentHTML('beforeend', '<b>a</b>'); return 'done'; } "
                            + "catch { return 'refused'; } })()",
                    "(() => { try { document.body.setAttribute('onclick', 'alert(1)'); return 'done'; } "
                            + "catch { return 'refused'; } })()")) {
                assertThat(page.page().evaluate(attempt)).as(attempt).isEqualTo("refused");
            }
            assertThat(page.complaints()).anyMatch(complaint -> complaint.contains("Content Security Policy"));
        }
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, 1200, 820", "DARK, 1200, 820", "LIGHT, 390, 844", "DARK, 390, 844"})
    void hasRoomForEverything(ColorScheme scheme, int width, int height) {
        String name = scheme.name().toLowerCase(java.util.Locale.ROOT) + "-" + width;
        try (ChatPage page = ChatPage.open(
                chromium,
                server,
                new Browser.NewContextOptions()
                        .setLocale("en-US")
                        .setColorScheme(scheme)
                        .setViewportSize(width, height))) {
            assertThat(page.field("Model")).hasValue(DemoServer.NAME);
            picture(page, name + "-1-welcome");
            page.page().locator(".example").nth(1).click();
            page.await(1);
            picture(page, name + "-2-answer");
            page.button("Settings").click();
            picture(page, name + "-3-settings");
            page.page().keyboard().press("Escape");
            page.page().keyboard().press("Alt+Shift+KeyC");
            page.page().locator(".example").nth(0).click();
            page.await(2);
            picture(page, name + "-4-compare");
            page.page().keyboard().press("Alt+Shift+KeyS");
            page.page().locator(".more").first().click();
            picture(page, name + "-5-list");
            page.page().keyboard().press("Escape");
            assertThat(page.complaints()).isEmpty();
        }
    }

    private static void picture(ChatPage page, String name) {
        page.page()
                .screenshot(new Page.ScreenshotOptions()
                        .setAnimations(com.microsoft.playwright.options.ScreenshotAnimations.DISABLED)
                        .setPath(Path.of("target", "page", name + ".png")));
        Object overflow = page.page().evaluate("document.documentElement.scrollWidth - innerWidth");
        assertThat((int) overflow).as(name + " reaches over the edge").isLessThanOrEqualTo(0);
    }
}
