package dev.lilla.generate;

import dev.lilla.Oracle;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.template.TemplateException;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Conversations rendered and encoded from the files of a model as Transformers does, refusals included.
class ChatPromptOracleTest {
    @TestFactory
    Stream<DynamicTest> rendersAndEncodesAsTheReference() {
        Map<String, List<JsonNode>> cases = new LinkedHashMap<>();
        Oracle.json("golden/chat/models.json")
                .forEach(node -> cases.computeIfAbsent(node.get("model").stringValue(), name -> new ArrayList<>())
                        .add(node));
        return cases.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getKey(), entry.getValue())));
    }

    private static void check(String name, List<JsonNode> cases) {
        try (ModelDescription description = ModelDescription.open(Oracle.model(name), LoadOptions.DEFAULT)) {
            Tokenizer tokenizer = Tokenizers.open(description.directory().orElseThrow());
            ConversationEncoder encoder = new ConversationEncoder(
                    ChatTemplates.find(description).orElseThrow(),
                    tokenizer,
                    description.family().chat());
            SoftAssertions softly = new SoftAssertions();
            for (JsonNode node : cases) {
                String label = node.get("conv").stringValue() + " " + node.path("add_generation_prompt");
                try {
                    String prompt = encoder.render(variables(node, true));
                    softly.assertThat(node.has("rendered"))
                            .as(label + " is refused")
                            .isTrue();
                    softly.assertThat(prompt)
                            .as(label)
                            .isEqualTo(node.path("rendered").asString());
                    if (node.has("ids")) {
                        softly.assertThat(encoder.encode(messages(node), variables(node, false)))
                                .as(label + " ids")
                                .isEqualTo(node.get("ids")
                                        .valueStream()
                                        .mapToInt(JsonNode::intValue)
                                        .toArray());
                    }
                } catch (TemplateException e) {
                    softly.assertThat(node.has("rendered"))
                            .as(label + ": " + e.getMessage())
                            .isFalse();
                }
            }
            softly.assertAll();
        }
    }

    private static Map<String, Object> variables(JsonNode node, boolean withMessages) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("add_generation_prompt", node.get("add_generation_prompt").booleanValue());
        node.path("kwargs").properties().forEach(kwarg -> variables.put(kwarg.getKey(), kwarg.getValue()));
        if (withMessages) {
            variables.put("messages", messages(node));
        }
        return variables;
    }

    private static List<Map<String, Object>> messages(JsonNode node) {
        return node.get("messages")
                .valueStream()
                .map(message -> {
                    Map<String, Object> entries = new LinkedHashMap<>();
                    message.properties()
                            .forEach(entry -> entries.put(
                                    entry.getKey(),
                                    entry.getValue().isString()
                                            ? entry.getValue().stringValue()
                                            : entry.getValue()));
                    return entries;
                })
                .toList();
    }
}
