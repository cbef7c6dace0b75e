package dev.lilla.cli;

import dev.lilla.format.Gguf;
import dev.lilla.format.JsonFiles;
import dev.lilla.generate.ChatTemplates;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.store.ModelStore;
import dev.lilla.template.ChatTemplate;
import dev.lilla.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `lilla render`: a conversation as the prompt that a chat template makes of it.
@Command(
        name = "render",
        sortOptions = false,
        description = {
            "Prints the prompt that a chat template makes of a conversation, exactly, without a line break after it.",
            "",
            "MESSAGES is a JSON list of messages such as {\"role\": \"user\", \"content\": \"Hi\"}, or an object with "
                    + "\"messages\" and whatever else the template reads (\"tools\", \"enable_thinking\").",
        },
        footer = {
            "",
            "For example:",
            "  lilla render tinyllama-1.1b-chat-v1.0 messages.json --add-generation-prompt",
            "  lilla render template.jinja messages.json --bos '<s>' --eos '</s>'",
            "  echo '[{\"role\":\"user\",\"content\":\"Hi\"}]' | lilla render model.gguf -",
        })
final class RenderCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "TEMPLATE|MODEL", description = "A file with a Jinja template, or a model.")
    private String source = "";

    @Parameters(paramLabel = "MESSAGES", description = "A JSON file, or \"-\" for standard input.")
    private String messages = "";

    @Option(names = "--tools", paramLabel = "FILE", description = "A JSON list of tools.")
    private @Nullable Path tools;

    @Option(names = "--add-generation-prompt", description = "Ends with the beginning of the assistant's turn.")
    private boolean addGenerationPrompt;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A further variable; the value is JSON, or else text. May be repeated.")
    private Map<String, String> variables = Map.of();

    @Option(names = "--bos", paramLabel = "TEXT", description = "bos_token. Default: the model's.")
    private @Nullable String bos;

    @Option(names = "--eos", paramLabel = "TEXT", description = "eos_token. Default: the model's.")
    private @Nullable String eos;

    RenderCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ObjectNode context = JsonMapper.shared().createObjectNode();
        context.put("bos_token", "").put("eos_token", "");
        ChatTemplate template = template(context);
        JsonNode conversation = messages.equals("-")
                ? JsonFiles.parse(console.readAll().getBytes(StandardCharsets.UTF_8), "standard input")
                : JsonFiles.read(Path.of(messages));
        context.put("add_generation_prompt", addGenerationPrompt);
        if (conversation.isArray()) {
            context.set("messages", conversation);
        } else if (conversation instanceof ObjectNode object && object.has("messages")) {
            context.setAll(object);
        } else {
            throw new IllegalArgumentException(messages + " is neither a list of messages nor an object with one");
        }
        if (addGenerationPrompt) {
            context.put("add_generation_prompt", true);
        }
        if (tools != null) {
            context.set("tools", JsonFiles.read(tools));
        }
        variables.forEach((name, value) -> context.set(name, value(value)));
        put(context, "bos_token", bos);
        put(context, "eos_token", eos);
        console.out().print(template.render(context));
        if (console.terminals().out()) {
            console.out().println();
        }
        return 0;
    }

    /// The template of a file, or of a model, whose special tokens go into the context.
    private ChatTemplate template(ObjectNode context) throws IOException {
        Path file = Path.of(source);
        if (Files.isRegularFile(file) && !Gguf.isGguf(file)) {
            return ChatTemplate.parse(Files.readString(file));
        }
        Path model = ModelStore.open(console.environment()).resolve(source);
        Tokenizer tokenizer = TokenizerSource.open(model);
        context.put("bos_token", token(tokenizer, tokenizer.beginOfText()));
        context.put("eos_token", token(tokenizer, tokenizer.endOfText()));
        try (ModelDescription description = ModelDescription.open(model, LoadOptions.DEFAULT)) {
            return ChatTemplates.find(description)
                    .orElseThrow(() -> new IllegalArgumentException(
                            model + " has no chat template. Give a file with one instead"));
        }
    }

    private static String token(Tokenizer tokenizer, OptionalInt id) {
        return id.isPresent() ? tokenizer.token(id.getAsInt()) : "";
    }

    private static void put(ObjectNode context, String name, @Nullable String value) {
        if (value != null) {
            context.put(name, value);
        }
    }

    private static JsonNode value(String text) {
        try {
            return JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            return JsonMapper.shared().getNodeFactory().stringNode(text);
        }
    }
}
