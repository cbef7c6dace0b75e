package dev.lilla.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.JsonFiles;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTemplateTest {
    @Nested
    class Context {
        @Test
        void takesJavaValues() {
            Map<String, Object> context = new LinkedHashMap<>();
            context.put("none", null);
            context.put("flag", true);
            context.put("integer", 7L);
            context.put("large", BigInteger.TEN.pow(30));
            context.put("real", 0.5f);
            context.put("text", java.nio.CharBuffer.wrap("abc"));
            context.put("list", List.of(1, "x"));
            context.put("map", Map.of("k", "v"));
            assertThat(ChatTemplate.parse("{{ [none, flag, integer, large, real, text, list, map] }}")
                            .render(context))
                    .isEqualTo("[None, True, 7, 1000000000000000000000000000000, 0.5, 'abc', [1, 'x'], {'k': 'v'}]");
        }

        @Test
        void takesJsonWithItsOrderAndNumbers() {
            byte[] json = "{\"d\": {\"z\": 1, \"a\": 1.0, \"m\": [null, false, 12345678901234567890]}}"
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(ChatTemplate.parse("{{ d|tojson }}").render(JsonFiles.parse(json, "context")))
                    .isEqualTo("{\"z\": 1, \"a\": 1.0, \"m\": [null, false, 12345678901234567890]}");
        }

        @Test
        void refusesWhatHasNoMeaningInATemplate() {
            assertThatThrownBy(() -> ChatTemplate.parse("x").render(Map.of("o", new Object())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("java.lang.Object");
        }

        @Test
        void refusesBottomlessValues() {
            List<Object> own = new ArrayList<>();
            own.add(own);
            assertThatThrownBy(() -> ChatTemplate.parse("x").render(Map.of("o", own)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("levels deep");
        }

        @Test
        void tellsTheTimeOfTheClock() {
            TemplateClock clock =
                    TemplateClock.of(Clock.fixed(Instant.parse("2026-02-03T04:05:06Z"), ZoneOffset.ofHours(2)));
            assertThat(ChatTemplate.parse("{{ strftime_now('%d %b %Y %H:%M') }}")
                            .render(Map.of(), clock))
                    .isEqualTo("03 Feb 2026 06:05");
        }

        @Test
        void rendersTheSameInEveryThread() {
            ChatTemplate template = ChatTemplate.parse(
                    "{% for i in range(50) %}{{ i * n }}{% if not loop.last %},{% endif %}{% endfor %}");
            List<String> expected = IntStream.range(0, 64)
                    .mapToObj(n -> template.render(Map.of("n", n)))
                    .toList();
            assertThat(IntStream.range(0, 64)
                            .parallel()
                            .mapToObj(n -> template.render(Map.of("n", n)))
                            .toList())
                    .isEqualTo(expected);
        }
    }

    @Nested
    class Errors {
        @ParameterizedTest
        @CsvSource(
                delimiter = '@',
                quoteCharacter = '`',
                value = {
                    "`{{ a +\n }}` @ 2 @ column 2: unexpected }}, expected an expression",
                    "`{% if x %}\ntext` @ 2 @ expected {% elif %} or {% else %} or {% endif %}",
                    "`\n\n{% foo %}` @ 3 @ column 4: unknown tag 'foo', expected a statement",
                    "`{% for x in y %}{% endif %}` @ 1 @ unknown tag 'endif', expected a statement or {% else %} or {% endfor %}",
                    "`x\n{{ 'abc }}` @ 2 @ string is not closed",
                    "`{# never` @ 1 @ comment is not closed; expected '#}'",
                    "`{% raw %}` @ 1 @ raw block is not closed",
                    "`{{ a|nothing }}` @ 1 @ column 6: no filter named 'nothing'",
                    "`{{ a is nothing }}` @ 1 @ column 9: no test named 'nothing'",
                    "`{{ (1] }}` @ 1 @ unexpected ']', expected ')'",
                    "`{% include 'x' %}` @ 1 @ a chat template is one file",
                })
        void namesLineAndColumnAndWhatWasExpected(String source, int line, String message) {
            assertThatThrownBy(() -> ChatTemplate.parse(source))
                    .isInstanceOfSatisfying(
                            TemplateException.class, e -> assertThat(e.line()).isEqualTo(line))
                    .hasMessageContaining("line " + line)
                    .hasMessageContaining(message);
        }

        @Test
        void namesTheLineThatRaised() {
            ChatTemplate template =
                    ChatTemplate.parse("{% for m in l %}\n\n{{ raise_exception('no ' ~ m) }}{% endfor %}");
            assertThatThrownBy(() -> template.render(Map.of("l", List.of("way"))))
                    .isInstanceOfSatisfying(TemplateException.class, e -> {
                        assertThat(e.line()).isEqualTo(3);
                        assertThat(e.problem()).isEqualTo("no way");
                    });
        }

        @Test
        void saysWhatIsUndefined() {
            assertThatThrownBy(() -> ChatTemplate.parse("\n{{ tool.name }}").render(Map.of()))
                    .hasMessage("chat template, line 2: 'tool' is undefined");
        }
    }
}
