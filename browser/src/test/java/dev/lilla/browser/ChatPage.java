package dev.lilla.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The page as a user meets it: things are found by their roles and names.
final class ChatPage implements AutoCloseable {
    private final BrowserContext window;
    private final Page page;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<Response> responses = new CopyOnWriteArrayList<>();

    private ChatPage(BrowserContext window) {
        this.window = window;
        this.page = window.newPage();
        page.onConsoleMessage(message -> {
            if (!message.type().equals("log") && !message.type().equals("debug")) {
                complaints.add(message.type() + ": " + message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onResponse(responses::add);
    }

    static ChatPage open(Chromium chromium, DemoServer server) {
        return open(chromium, server, new Browser.NewContextOptions());
    }

    static ChatPage open(Chromium chromium, DemoServer server, Browser.NewContextOptions options) {
        ChatPage page = new ChatPage(chromium.window(options));
        page.page.navigate(server.address());
        return page;
    }

    Page page() {
        return page;
    }

    /// What the browser found wrong: errors of scripts, breaches of the content security policy.
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    List<Response> responses() {
        return List.copyOf(responses);
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator field(String name) {
        return page.getByLabel(name, new Page.GetByLabelOptions().setExact(true));
    }

    Locator answers() {
        return page.locator("article.answer");
    }

    /// An answer that has come to its end.
    Locator finished(String state) {
        return page.locator("article.answer[data-state='" + state + "']");
    }

    void write(String message) {
        field("Message").fill(message);
        field("Message").press("Enter");
    }

    /// Waits until there are so many answers, all of them finished.
    void await(int answers) {
        assertThat(finished("done")).hasCount(answers);
        assertThat(answers()).hasCount(answers);
    }

    String text(Locator answer) {
        return answer.locator("markdown-text").innerText();
    }

    @Override
    public void close() {
        window.close();
    }
}
