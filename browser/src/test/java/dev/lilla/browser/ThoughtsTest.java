package dev.lilla.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.lilla.ProjectFolder;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a model thinks before it answers, on the page: folded, and no part of the conversation.
class ThoughtsTest {
    private static final String TEMPLATE = "tokenizer.chat_template";
    /// No demo model's, which are sent the last question alone.
    private static final String NAME = "thinker";

    @TempDir
    private static Path folder;

    @AutoClose
    private static Chromium chromium;

    @AutoClose
    private static DemoServer server;

    @BeforeAll
    static void start() throws IOException {
        chromium = Chromium.open();
        server = DemoServer.start(thinking(), NAME);
    }

    /// The demo model with a template that marks thoughts: the model repeats them when it is told to.
    private static Path thinking() {
        Path changed = folder.resolve("thinking.gguf");
        try (Gguf demo = Gguf.open(ProjectFolder.largerDemoModel())) {
            Map<String, GgufValue> entries = new LinkedHashMap<>(demo.metadata().entries());
            String template = demo.metadata().string(TEMPLATE);
            entries.put(TEMPLATE, new GgufValue.Text(template + "{# <think> </think> #}"));
            GgufWriter.write(
                    changed,
                    GgufMetadata.of(changed.toString(), entries),
                    demo.tensors().values());
        }
        return changed;
    }

    @Test
    void areFoldedAboveTheAnswer() {
        try (ChatPage page = ChatPage.open(chromium, server, new Browser.NewContextOptions().setLocale("en-US"))) {
            assertThat(page.field("Model")).hasValue(NAME);
            page.write("Repeat after me:\n<think>a green lamp</think> a red chair");
            page.await(1);
            Locator answer = page.answers().first();
            Locator thought = answer.locator("details.thought");
            assertThat(thought.locator("summary")).hasText("Thoughts");
            assertThat(thought.locator("p")).isHidden();
            assertThat(page.text(answer)).doesNotContain("think");
            picture(page, "thoughts-1-folded");

            thought.locator("summary").focus();
            page.page().keyboard().press("Enter");
            assertThat(thought.locator("p")).isVisible();
            assertThat(thought.locator("p")).hasText("a green lamp");
            picture(page, "thoughts-2-open");

            // Neither a later question nor a reload loses them, and the model does not get them back.
            String sent = page.page()
                    .waitForRequest("**/v1/chat/completions", () -> page.write("Hello"))
                    .postData();
            JsonNode said = JsonMapper.shared().readTree(sent).at("/messages/1");
            assertThat(said.get("role").asString()).isEqualTo("assistant");
            assertThat(said.get("content").asString())
                    .isEqualTo(page.text(answer).strip());
            assertThat(said.toString()).doesNotContain("think", "reasoning");
            page.await(2);
            page.page().reload();
            page.page().locator(".entry").first().click();
            page.await(2);
            assertThat(page.answers().first().locator("details.thought p")).hasText("a green lamp");
            assertThat(page.complaints()).isEmpty();
        }
    }

    private static void picture(ChatPage page, String name) {
        page.page().screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "page", name + ".png")));
    }
}
