package dev.lilla.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.serve.host.Pause;
import dev.lilla.serve.http.ApiKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What people do on the page when nothing goes wrong.
class ConversationTest {
    @AutoClose
    private static Chromium chromium;

    @AutoClose
    private static DemoServer server;

    private ChatPage page;

    @BeforeAll
    static void start() throws IOException {
        chromium = Chromium.open();
        server = DemoServer.start(
                0, ApiKeys.NONE, SchedulerOptions.defaults(), DemoServer.NAME, DemoServer.NAME + ":other");
    }

    @BeforeEach
    void open() {
        page = ChatPage.open(chromium, server, new Browser.NewContextOptions().setLocale("en-US"));
        assertThat(page.field("Model")).hasValue(DemoServer.NAME);
    }

    @AfterEach
    void closeWithoutComplaints() {
        List<String> complaints = page.complaints();
        page.close();
        assertThat(complaints).isEmpty();
    }

    @Test
    void streamsAnAnswerAndSaysHowFastItWas() {
        page.page().evaluate("""
                () => {
                  window.lengths = new Set();
                  new MutationObserver(() => {
                    const answer = document.querySelector('markdown-text');
                    if (answer) { window.lengths.add(answer.textContent.length); }
                  }).observe(document.body, {subtree: true, childList: true, characterData: true});
                }""");
        page.button("Write a cheerful product text name: Solvik, type: tent, color: green, material: cotton, "
                        + "weight: 2.4 kg, feature: a soft handle, for: long trips")
                .click();

        page.await(1);
        assertThat(page.text(page.answers().first())).contains("Solvik");
        assertThat(page.answers().locator(".timings"))
                .hasText(Pattern.compile("\\d+ tokens · [\\d.,]+ tokens/s · first after [\\d.]+ m?s"));
        assertThat((int) page.page().evaluate("window.lengths.size")).isGreaterThan(3);
        assertThat(page.page().getByRole(AriaRole.STATUS).last()).containsText("has answered: ");
    }

    /// The demo models know nothing but single questions, and take earlier ones for a part of the last.
    @Test
    void sendsADemoModelTheLastQuestionAlone() {
        page.write("Repeat after me:\ngreen lamp");
        page.await(1);
        String sent = page.page()
                .waitForRequest("**/v1/chat/completions", () -> page.write("Repeat after me:\nred chair"))
                .postData();
        JsonNode messages = JsonMapper.shared().readTree(sent).get("messages");
        assertThat(messages.size()).isEqualTo(1);
        assertThat(messages.at("/0/content").asString()).endsWith("red chair");
        page.await(2);
        assertThat(page.text(page.answers().last())).contains("red chair");
    }

    @Test
    void showsMarkdownAndRunsNothingInIt() {
        // The model repeats what it is told, but not all of that: here the page's own module draws it.
        page.page().evaluate("""
                async text => {
                  const answer = document.createElement('markdown-text');
                  answer.id = 'trial';
                  document.querySelector('main').append(answer);
                  for (let end = 0; end <= text.length; end++) { answer.text = text.slice(0, end); }
                }""", """
                # Heading

                Some **bold** text, `code`, and [a link](https://example.org/a) or [none](javascript:alert(1)).

                | a | b |
                | - | - |
                | 1 | 2 |

                ```java
                int x = 1;
                ```

                <img src="https://example.org/pixel.png" onerror="window.pwned = 1"><script>window.pwned = 1</script>
                ![](https://example.org/secret.png)
                <b onclick="window.pwned = 1" style="position:fixed">bold?</b>
                """);
        Locator trial = page.page().locator("#trial");
        assertThat(trial.locator("h1")).hasText("Heading");
        assertThat(trial.locator("strong")).hasText("bold");
        assertThat(trial.locator("td")).hasText(new String[] {"1", "2"});
        assertThat(trial.locator("pre")).hasText("int x = 1;\n");
        assertThat(trial.locator("img, script, b, [style], [onclick]")).hasCount(0);
        assertThat(trial.locator("a[href^='javascript']")).hasCount(0);
        assertThat(trial.locator("a").first()).hasAttribute("rel", "noopener noreferrer nofollow");
        assertThat(trial).containsText("<b onclick=");
        trial.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Copy"))
                .click();
        assertThat(trial.locator(".copy-code")).hasText("Copied");
        assertThat(page.page().evaluate("window.pwned")).isNull();
    }

    @Test
    void stopsAnAnswerAndMakesItAgain() throws InterruptedException {
        try (Pause _ = Pause.of(server.model())) {
            page.write("Repeat after me:\ngreen lamp");
            page.button("Stop").click();
            assertThat(page.finished("stopped")).hasCount(1);
        }
        assertThat(page.answers()).containsText("Stopped by you.");
        page.button("Answer again").click();
        page.await(1);
        assertThat(page.text(page.answers().first())).contains("green lamp");
    }

    @Test
    void asksTheLastQuestionInOtherWords() {
        page.write("Repeat after me:\ngreen lamp");
        page.await(1);
        page.button("Edit question").click();
        page.field("Your question").fill("Repeat after me:\nred chair");
        page.button("Ask again").click();
        assertThat(page.page().locator(".question-text")).hasText("Repeat after me:\nred chair");
        page.await(1);
        assertThat(page.text(page.answers().first())).contains("red chair");
    }

    @Test
    void comparesTwoModelsOrSettings() {
        page.button("Compare two answers").click();
        page.field("Model B").selectOption(DemoServer.NAME + ":other");
        page.button("Settings B").click();
        page.field("Longest answer").fill("2");
        page.button("Done").click();
        page.write("Repeat after me:\nSmall models are fast.");

        page.await(2);
        assertThat(page.answers().nth(0).locator(".speaker")).hasText(DemoServer.NAME);
        assertThat(page.answers().nth(1).locator(".speaker")).hasText(DemoServer.NAME + ":other");
        assertThat(page.answers().nth(1).locator(".timings")).containsText("2 tokens");
        assertThat(page.answers().nth(1)).containsText("longest length");
        assertThat(page.text(page.answers().nth(0))).contains("Small models are fast.");
    }

    @Test
    void asksTheModelAsTheSettingsSay() {
        page.button("Settings").click();
        page.field("System prompt").fill("Be brief.");
        page.field("Temperature").fill("0.5");
        page.field("Top-p").fill("0.9");
        page.field("Top-k").fill("40");
        page.field("Longest answer").fill("7");
        page.field("Seed").fill("11");
        page.button("Done").click();
        JsonNode sent = JsonMapper.shared()
                .readTree(page.page()
                        .waitForRequest("**/v1/chat/completions", () -> page.write("Hello"))
                        .postData());
        assertThat(sent).isEqualTo(JsonMapper.shared().readTree("""
                {"model":"lilla-demo-s","messages":[{"role":"system","content":"Be brief."},
                {"role":"user","content":"Hello"}],"temperature":0.5,"top_p":0.9,"top_k":40,"max_tokens":7,"seed":11,
                "stream":true}"""));
        page.await(1);
    }

    @Test
    void keepsConversationsInTheBrowser() throws IOException {
        page.write("Repeat after me:\ngreen lamp");
        page.await(1);
        page.button("New conversation").first().click();
        page.write("Hello there");
        page.await(1);
        page.page().reload();

        Locator list = page.page().locator(".entry");
        assertThat(list).hasText(new String[] {"Hello there", "Repeat after me: green lamp"});
        page.field("Search conversations").fill("LAMP green");
        assertThat(list).hasText(new String[] {"Repeat after me: green lamp"});
        list.click();
        page.await(1);

        page.button("What to do with “Repeat after me: green lamp”").click();
        page.button("Rename").click();
        page.field("Title").fill("A lamp");
        page.field("Title").press("Enter");
        assertThat(list).hasText(new String[] {"A lamp"});

        page.button("What to do with “A lamp”").click();
        Download download =
                page.page().waitForDownload(() -> page.button("Export as JSON").click());
        assertThat(download.suggestedFilename()).isEqualTo("A-lamp.json");
        JsonNode exported = JsonMapper.shared().readTree(Files.readString(download.path()));
        assertThat(exported.at("/turns/0/question").asString()).isEqualTo("Repeat after me:\ngreen lamp");
        assertThat(exported.at("/turns/0/answers/0/text").asString()).contains("green lamp");

        page.page().onDialog(dialog -> dialog.accept());
        page.button("What to do with “A lamp”").click();
        page.button("Delete").click();
        page.field("Search conversations").fill("");
        assertThat(list).hasText(new String[] {"Hello there"});
    }

    @Test
    void needsNoMouse() {
        Page keyboard = page.page();
        assertThat(page.field("Message")).isFocused();
        keyboard.keyboard().type("Repeat after me:");
        keyboard.keyboard().press("Shift+Enter");
        keyboard.keyboard().type("green lamp");
        keyboard.keyboard().press("Enter");
        page.await(1);
        assertThat(keyboard.locator(".question-text")).hasText("Repeat after me:\ngreen lamp");

        keyboard.keyboard().press("Alt+Shift+KeyN");
        assertThat(page.answers()).hasCount(0);
        assertThat(page.field("Message")).isFocused();
        keyboard.keyboard().press("Alt+Shift+KeyS");
        assertThat(page.field("Search conversations")).isFocused();
        keyboard.keyboard().press("Tab");
        assertThat(keyboard.locator(".entry")).isFocused();
        keyboard.keyboard().press("Enter");
        page.await(1);

        keyboard.keyboard().press("Alt+Shift+KeyO");
        assertThat(keyboard.getByRole(AriaRole.DIALOG, new Page.GetByRoleOptions().setName("Settings")))
                .isVisible();
        keyboard.keyboard().press("Escape");
        keyboard.keyboard().press("Alt+Shift+KeyK");
        assertThat(keyboard.getByRole(AriaRole.DIALOG, new Page.GetByRoleOptions().setName("Keyboard shortcuts")))
                .containsText("Stop the answer");
        keyboard.keyboard().press("Escape");
        keyboard.keyboard().press("Alt+Shift+KeyR");
        page.await(1);
        keyboard.keyboard().press("Alt+Shift+KeyM");
        assertThat(page.field("Message")).isFocused();
    }

    @Test
    void namesEverythingThatCanBeUsed() {
        page.write("Repeat after me:\ngreen lamp");
        page.await(1);
        Object nameless = page.page().evaluate("""
                () => [...document.querySelectorAll('button, input, select, textarea, a')].filter(element =>
                  !(element.getAttribute('aria-label') || element.textContent.trim() || element.labels?.length)
                ).map(element => element.outerHTML)""");
        assertThat((List<?>) nameless).isEmpty();
    }

    @Test
    void speaksSwedish() {
        try (ChatPage swedish = ChatPage.open(chromium, server, new Browser.NewContextOptions().setLocale("sv-SE"))) {
            assertThat(swedish.button("Nytt samtal").first()).isVisible();
            assertThat(swedish.page().locator("html")).hasAttribute("lang", "sv");
            swedish.field("Språk").selectOption("en");
            assertThat(swedish.button("New conversation").first()).isVisible();
            swedish.page().reload();
            assertThat(swedish.button("New conversation").first()).isVisible();
            assertThat(swedish.complaints()).isEmpty();
        }
    }
}
