package dev.lilla.template;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Whatever the text, a template renders or is refused with its own error, within 512 MB of heap, and never hangs.
class ChatTemplateFuzzTest {
    private static final JsonNode CONTEXT = JsonFiles.parse("""
            {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true,
             "messages": [{"role": "system", "content": "Be å brief."},
                          {"role": "user", "content": " Hi 🙂 "},
                          {"role": "assistant", "content": "Yes?", "tool_calls": [
                            {"type": "function", "function": {"name": "f", "arguments": {"x": 1.5, "y": [true, null]}}}]},
                          {"role": "user", "content": [{"type": "text", "text": "more"}]}],
             "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}
            """, "context");

    private static final List<String> SMALL = List.of(
            "{%- for m in messages if m.role != 'x' %}{{ loop.index0 ~ m['role'] | upper }}{% else %}-{% endfor -%}",
            "{% macro f(a, b=2) %}{{ a * b }}{% endmacro %}{{ f(3) }}{{ range(1, 9, 2) | list | join(',') }}",
            "{% set ns = namespace(n=0) %}{% for i in 'abc' %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
            "{{ tools | tojson(indent=2) }}{{ messages[-1].content[0]['text'][::-1] }}{# c #}{{ '%s' % bos_token }}",
            "{% if messages[0]['role'] == 'system' and not tools is none %}{{ raise_exception('no') }}{% endif %}",
            "{{ messages | map(attribute='role') | select('equalto', 'user') | list | length }}{% filter trim %} x {% endfilter %}",
            "{{ 'a' * 10 ** 3 }}{{ (1, 2) + (3,) }}{{ {'k': 1}.items() | list }}{{ 'a b'.split() | sort(reverse=true) }}");

    static List<byte[]> seeds() {
        Stream<String> published = Oracle.models().stream()
                .map(model -> model.resolve("tokenizer_config.json"))
                .filter(file -> file.toFile().isFile())
                .map(file -> JsonFiles.read(file).path("chat_template"))
                .filter(JsonNode::isString)
                .map(JsonNode::asString);
        return Stream.concat(SMALL.stream(), published)
                .map(template -> template.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Tag("long")
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void rendersOrRefuses(byte[] bytes) {
        try {
            String text = ChatTemplate.parse(new String(bytes, StandardCharsets.UTF_8))
                    .render(CONTEXT);
            if (text.length() > Limits.CHARACTERS_MAX) {
                throw new AssertionError("the text has " + text.length() + " characters");
            }
        } catch (TemplateException e) {
            if (String.valueOf(e.getMessage()).isBlank()) {
                throw new AssertionError("the refusal says nothing", e);
            }
        }
    }
}
