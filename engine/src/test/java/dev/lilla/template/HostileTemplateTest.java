package dev.lilla.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Templates that want too much are refused, soon and with little stack.
@Timeout(60)
class HostileTemplateTest {
    private static final long STACK_BYTES = 512 << 10;

    /// Renders on a small stack; what it throws comes back.
    private static Throwable render(String source) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        ChatTemplate.parse(source).render(Map.of("l", List.of(1, 2, 3)));
                    } catch (TemplateException | StackOverflowError e) {
                        thrown.set(e);
                    }
                },
                "template",
                STACK_BYTES);
        thread.start();
        thread.join();
        return thrown.get();
    }

    @Nested
    class Limited {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{{ 'x' * 1000000000 }}",
                    "{{ [0] * 1000000000 }}",
                    "{{ 9 ** 99999 }}",
                    "{{ 2 ** 100000000000 }}",
                    "{{ range(1000000000) }}",
                    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                    "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                    "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                    "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
                    "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|tojson }}",
                    "{% set ns = namespace(s=[1]) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
                    "{% set ns = namespace(s=[1]) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s == [ns.s] }}{{ ns.s|tojson }}",
                    "{% set ns = namespace(n=10) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
                    "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
                    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
                    "{% for x in [l] recursive %}{{ loop([l]) }}{% endfor %}",
                    "{{ '%99999999s' % 1 }}",
                    "{{ '{:999999999}'.format(1) }}",
                    "{{ '%.999999f' % 1.5 }}",
                    "{{ 'a'.center(2000000000) }}",
                    "{{ 'a'.zfill(2000000000) }}",
                    "{{ 'ab'|indent(2000000000) }}",
                    "{{ [1]|batch(2000000000, 0)|list }}",
                    "{{ [1]|slice(2000000000)|list }}",
                    "{{ l|tojson(indent=2000000000) }}",
                    "{{ 1|round(1000000000) }}",
                    "{% set s = 'x' * 1000000 %}{{ s.replace('', s) }}",
                    "{% set s = 'x' * 1000000 %}{{ s.join(s) }}",
                    "{% set s = 'x' * 1000000 %}{% for i in range(99999) %}{% set b = 'y' in s %}{% endfor %}",
                    "{% set s = 'x' * 1000000 %}{% for i in range(99999) %}{% set b = s.upper() %}{% endfor %}",
                    "{% set s = 'x' * 1000000 %}{% for i in range(99999) %}{% set b = s|length %}{% endfor %}",
                    "{% set s = ('x' * 1000000)|list %}{% for i in range(99999) %}{% set b = 'y' in s %}{% endfor %}",
                    "{% set ns = namespace(f=0) %}{% macro m() %}{{ caller() }}{% endmacro %}"
                            + "{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}",
                })
        void refusesTheTemplate(String source) throws InterruptedException {
            assertThat(render(source)).isInstanceOf(TemplateException.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {"(", "[", "{'a':", "not ", "-", "a[", "a(", "1 if 2 else ", "a|f(", "{{ '"})
        void refusesDeepNesting(String opening) throws InterruptedException {
            assertThat(render("{{ " + opening.repeat(50_000) + " }}")).isInstanceOf(TemplateException.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {" + 1", " ~ 1", ".a", "[0]", " and 1", "|string", " == 1", " is defined", " * 1"})
        void survivesLongChains(String link) throws InterruptedException {
            assertThat(render("{{ 1" + link.repeat(50_000) + " }}"))
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).isNull(),
                            thrown -> assertThat(thrown).isInstanceOf(TemplateException.class));
        }

        @Test
        void refusesDeepBlocks() throws InterruptedException {
            assertThat(render("{% if 1 %}".repeat(50_000))).isInstanceOf(TemplateException.class);
        }

        @Test
        void refusesAGiantTemplate() {
            assertThatThrownBy(() -> ChatTemplate.parse("x".repeat(Lexer.TEMPLATE_CHARACTERS_MAX + 1)))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining(String.valueOf(Lexer.TEMPLATE_CHARACTERS_MAX));
        }
    }

    @Nested
    class Sandboxed {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{{ ''.__class__.__mro__ }}",
                    "{{ ''['__class__']['__base__'] }}",
                    "{{ (''|attr('__class__')).mro }}",
                    "{{ range.__globals__.os }}",
                    "{{ l.append(4) }}",
                    "{{ '{0.__class__.__mro__}'.format(1) }}",
                    "{{ namespace.__init__() }}"
                })
        void refusesToLeaveTheSandbox(String source) throws InterruptedException {
            assertThat(render(source)).isInstanceOf(TemplateException.class);
        }
    }

    @Nested
    class Fuzzed {
        private static final List<String> PIECES = List.of(
                "{{ ",
                " }}",
                "{% ",
                " %}",
                "{%- ",
                " -%}",
                "{# ",
                " #}",
                "for x in l",
                "endfor",
                "if a",
                "else",
                "elif",
                "endif",
                "set x = ",
                "set x",
                "endset",
                "macro m(a, b=1)",
                "endmacro",
                "m(1)",
                "call m()",
                "endcall",
                "l",
                "x",
                "'s'",
                "\"t",
                "1",
                "2.5",
                "[",
                "]",
                "(",
                ")",
                "{",
                "}",
                ":",
                ",",
                ".",
                "|",
                "upper",
                "tojson",
                "join",
                "map('upper')",
                "is defined",
                "not ",
                "and ",
                "or ",
                "in ",
                "+",
                "-",
                "*",
                "**",
                "//",
                "%",
                "~",
                "==",
                "<",
                " loop.index ",
                "loop(l)",
                "recursive",
                "namespace(a=1)",
                "raw",
                "endraw",
                "\n",
                "  ",
                "text",
                "break",
                "generation",
                "endgeneration",
                "filter upper",
                "endfilter",
                "with x=1",
                "endwith",
                "range(9)",
                "x.y",
                "[1:2]",
                "é🙂",
                "\\",
                "none",
                "true",
                "varargs",
                "caller()",
                "=");

        @Test
        void rendersOrRefusesWhateverComes() {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(20241123);
            int rendered = 0;
            for (int i = 0; i < 20_000; i++) {
                StringBuilder source = new StringBuilder();
                boolean tidy = random.nextBoolean();
                for (int pieces = random.nextInt(24); pieces > 0; pieces--) {
                    String piece = PIECES.get(random.nextInt(PIECES.size()));
                    source.append(tidy && random.nextInt(4) == 0 ? "{{ " + piece + " }}" : piece)
                            .append(tidy ? " " : "");
                }
                rendered += rendersOrRefuses(source.toString()) ? 1 : 0;
            }
            assertThat(rendered).isGreaterThan(300);
        }

        private static boolean rendersOrRefuses(String source) {
            try {
                ChatTemplate.parse(source).render(Map.of("l", List.of("b", 2, List.of()), "a", true));
                return true;
            } catch (TemplateException e) {
                assertThat(e).as(source).message().isNotBlank();
                return false;
            }
        }
    }
}
