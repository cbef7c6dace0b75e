package dev.lilla.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.serve.http.ApiKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Conversations are the browser's to keep: neither its sudden end nor the server's loses one that was answered.
class KilledTest {
    /// Whether the answer is on the disk, which the page does not wait for.
    private static final String STORED = """
            () => new Promise(resolve => {
              indexedDB.open('lilla').onsuccess = opened => {
                const table = opened.target.result.transaction('conversations').objectStore('conversations');
                table.getAll().onsuccess = all => resolve(all.target.result.some(conversation =>
                    conversation.turns.some(turn => turn.answers.some(answer => answer.state === 'done'))));
              };
            })
            """;

    @TempDir
    Path profile;

    @Test
    void losesNoConversation() throws Exception {
        int port;
        try (DemoServer server = DemoServer.start();
                Chromium chromium = Chromium.playwright()) {
            port = server.port();
            BrowserContext window = chromium.window(profile);
            Page page = window.pages().getFirst();
            page.navigate(server.address());
            page.getByLabel("Message").fill("Repeat after me:\ngreen lamp");
            page.getByLabel("Message").press("Enter");
            assertThat(page.locator("article.answer[data-state='done']")).hasCount(1);
            page.waitForFunction(STORED);
            kill();
        }
        try (DemoServer again = DemoServer.start(port, ApiKeys.NONE, SchedulerOptions.defaults(), DemoServer.NAME);
                Chromium chromium = Chromium.playwright()) {
            BrowserContext window = chromium.window(profile);
            Page page = window.pages().getFirst();
            page.navigate(again.address());
            Locator list = page.locator(".entry");
            assertThat(list).hasText("Repeat after me: green lamp");
            list.click();
            assertThat(page.locator("article.answer[data-state='done']")).containsText("green lamp");
        }
    }

    /// Kills the browser of this test's profile, as `kill -9` does.
    private void kill() throws IOException, InterruptedException {
        List<ProcessHandle> browsers = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .commandLine()
                        .map(line -> line.contains(profile.toString()) && !line.contains("--type="))
                        .orElse(false))
                .toList();
        assertThat(browsers).isNotEmpty();
        for (ProcessHandle browser : browsers) {
            browser.destroyForcibly();
            browser.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }
}
