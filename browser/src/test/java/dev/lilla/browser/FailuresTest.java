package dev.lilla.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.serve.host.Pause;
import dev.lilla.serve.http.ApiKeys;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the page says when something goes wrong, and what people can do about it there.
class FailuresTest {
    @AutoClose
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        chromium = Chromium.open();
    }

    private static ChatPage open(DemoServer server) {
        return ChatPage.open(chromium, server, new Browser.NewContextOptions().setLocale("en-US"));
    }

    private static Locator failure(ChatPage page, String kind) {
        return page.page().locator("main .failure[data-kind='" + kind + "']");
    }

    @Test
    void asksForTheKeyOfAServer() throws IOException {
        try (DemoServer server = DemoServer.start(
                        0, ApiKeys.of(List.of("a-secret-key")), SchedulerOptions.defaults(), DemoServer.NAME);
                ChatPage page = open(server)) {
            assertThat(failure(page, "key")).containsText("This server needs a key");
            page.field("API key").fill("a-wrong-one");
            page.button("Use this key").click();
            assertThat(failure(page, "key")).containsText("The key was not accepted.");
            page.field("API key").fill("a-secret-key");
            page.button("Use this key").click();
            assertThat(failure(page, "key")).hasCount(0);
            page.write("Repeat after me:\ngreen lamp");
            page.await(1);

            // It is where it ends with the tab, and nowhere else.
            assertThat(page.page().evaluate("sessionStorage.getItem('lilla.key')"))
                    .isEqualTo("a-secret-key");
            assertThat((String) page.page().evaluate("JSON.stringify({...localStorage})"))
                    .doesNotContain("a-secret-key");
            page.page().reload();
            assertThat(page.field("Model")).hasValue(DemoServer.NAME);
        }
    }

    @Test
    void saysThatTheServerIsGoneAndGoesOnWhenItIsBack() throws IOException {
        int port;
        ChatPage page;
        try (DemoServer server = DemoServer.start()) {
            port = server.port();
            page = open(server);
            assertThat(page.field("Model")).hasValue(DemoServer.NAME);
        }
        page.write("Repeat after me:\ngreen lamp");
        assertThat(failure(page, "unreachable")).containsText("The server does not answer");
        try (DemoServer _ = DemoServer.start(port, ApiKeys.NONE, SchedulerOptions.defaults(), DemoServer.NAME)) {
            page.button("Try again").click();
            page.await(1);
            assertThat(page.text(page.answers().first())).contains("green lamp");
        } finally {
            page.close();
        }
    }

    @Test
    void saysThatAnAnswerWasCutOff() throws Exception {
        ChatPage page;
        try (DemoServer server = DemoServer.start()) {
            page = open(server);
            assertThat(page.field("Model")).hasValue(DemoServer.NAME);
            try (Pause _ = Pause.of(server.model())) {
                page.page().waitForResponse("**/v1/chat/completions", () -> page.write("Hello"));
                Thread.ofVirtual().start(server::close);
                assertThat(failure(page, "cut").or(failure(page, "other"))).isVisible();
            }
        }
        page.close();
    }

    @Test
    void saysThatTooManyAsk() throws Exception {
        SchedulerOptions one = SchedulerOptions.defaults().withRunningMax(1).withQueuedMax(1, 1);
        try (DemoServer server = DemoServer.start(0, ApiKeys.NONE, one, DemoServer.NAME);
                ChatPage page = open(server)) {
            assertThat(page.field("Model")).hasValue(DemoServer.NAME);
            page.button("Compare two answers").click();
            try (Pause _ = Pause.of(server.model())) {
                page.write("Repeat after me:\ngreen lamp");
                assertThat(failure(page, "busy")).containsText("Try again in 1 s.");
            }
            assertThat(page.finished("done")).hasCount(1);
            page.button("Try again").click();
            page.await(2);
        }
    }

    @Test
    void saysThatAConversationIsTooLong() throws IOException {
        try (DemoServer server = DemoServer.start();
                ChatPage page = open(server)) {
            assertThat(page.field("Model")).hasValue(DemoServer.NAME);
            page.write("Repeat after me: " + "green lamp ".repeat(400));
            assertThat(failure(page, "context")).containsText("The conversation is too long for this model");
            // What failed is no part of the conversation.
            page.write("Repeat after me:\ngreen lamp");
            assertThat(page.finished("done")).hasCount(1);
        }
    }
}
