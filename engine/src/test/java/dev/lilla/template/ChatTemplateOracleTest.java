package dev.lilla.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Conversations as Transformers renders them, and the ones its templates refuse.
class ChatTemplateOracleTest {
    @TestFactory
    Stream<DynamicTest> rendersTheTemplatesOfTheOracleAsTransformersDoes() {
        JsonNode golden = Oracle.json("golden/chat/templates.json");
        Map<String, ChatTemplate> templates = new LinkedHashMap<>();
        golden.get("templates")
                .properties()
                .forEach(entry -> templates.put(
                        entry.getKey(), ChatTemplate.parse(entry.getValue().stringValue())));
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode rendering : golden.get("cases")) {
            String template = rendering.get("template").stringValue();
            String conversation = rendering.get("conv").stringValue();
            Map<String, Object> context = new LinkedHashMap<>();
            context.put("messages", messages(golden.get("conversations"), conversation));
            context.put("bos_token", golden.get("bos_token"));
            context.put("eos_token", golden.get("eos_token"));
            tests.add(DynamicTest.dynamicTest(
                    template + " " + conversation,
                    () -> check(Objects.requireNonNull(templates.get(template)), context, rendering)));
        }
        return tests.stream();
    }

    private static JsonNode messages(JsonNode conversations, String name) {
        for (JsonNode conversation : conversations) {
            if (conversation.get("name").stringValue().equals(name)) {
                return conversation.get("messages");
            }
        }
        throw new IllegalStateException("the oracle has no conversation " + name);
    }

    @TestFactory
    Stream<DynamicTest> rendersTheModelsOfTheOracleAsTransformersDoes() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode golden : Oracle.json("golden/chat/models.json")) {
            String model = golden.get("model").stringValue();
            Path folder = Oracle.root().resolve("models").resolve(model);
            if (!Files.isRegularFile(folder.resolve("tokenizer_config.json"))) {
                continue;
            }
            JsonNode config = JsonFiles.read(folder.resolve("tokenizer_config.json"));
            if (!config.path("chat_template").isString()) {
                continue;
            }
            Map<String, Object> context = new LinkedHashMap<>();
            context.put("messages", golden.get("messages"));
            for (String special : List.of("bos_token", "eos_token", "pad_token", "unk_token")) {
                JsonNode token = config.path(special);
                if (token.isString() || token.has("content")) {
                    context.put(special, token.isString() ? token : token.get("content"));
                }
            }
            String name = model + " " + golden.get("conv").stringValue();
            String template = config.get("chat_template").stringValue();
            tests.add(DynamicTest.dynamicTest(name, () -> check(ChatTemplate.parse(template), context, golden)));
        }
        return tests.stream();
    }

    private static void check(ChatTemplate template, Map<String, Object> given, JsonNode golden) {
        Map<String, Object> context = new LinkedHashMap<>(given);
        context.put("add_generation_prompt", golden.get("add_generation_prompt").booleanValue());
        golden.path("kwargs").properties().forEach(entry -> context.put(entry.getKey(), entry.getValue()));
        if (golden.has("error")) {
            assertThatThrownBy(() -> template.render(context))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining(
                            golden.get("error").stringValue().replaceFirst("^(\\w+\\.)*TemplateError: ", ""));
        } else {
            assertThat(template.render(context))
                    .isEqualTo(golden.get("rendered").stringValue());
        }
    }
}
