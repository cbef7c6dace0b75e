package dev.lilla.serve.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ProjectFolder;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.HostingOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AnswerReaderTest {
    private static final ThoughtMarks TAGS = new ThoughtMarks("<think>", "</think>");
    private static final String SCHEMA = """
            {"type": "object", "required": ["city"], "additionalProperties": false, "properties":
             {"city": {"type": "string"}, "days": {"type": "integer"},
              "tags": {"type": "array", "items": {"type": "string"}}}}""";

    @AutoClose
    private static HostedModel model;

    private static List<ToolChoice.Tool> tools = List.of();

    @BeforeAll
    static void open() throws IOException {
        model = HostedModel.start(
                "tiny",
                LocalModel.open(ProjectFolder.demoModel(), LocalModelOptions.defaults()),
                new HostingOptions(1024, SchedulerOptions.defaults(), List.of()));
        ObjectNode schema = (ObjectNode) JsonMapper.shared().readTree(SCHEMA);
        tools = List.of(new ToolChoice.Tool("weather", schema), new ToolChoice.Tool("sea_level", schema));
    }

    private static AnswerForm form(CallNotation notation) {
        return new AnswerForm(Optional.of(TAGS), false, Optional.of(new FreeCalls(model, tools, notation)), List.of());
    }

    /// What was read: `T[…]` is a thought, `C[name …]` a call, the rest is text.
    private static String read(AnswerForm form, List<String> pieces) {
        AnswerReader reader = form.reader();
        List<AnswerPart> parts = new ArrayList<>();
        pieces.forEach(piece -> parts.addAll(reader.add(piece)));
        parts.addAll(reader.end());
        StringBuilder text = new StringBuilder();
        for (AnswerPart part : parts) {
            text.append(
                    switch (part) {
                        case AnswerPart.Text(String said) -> said;
                        case AnswerPart.Thought(String thought) -> "T[" + thought + "]";
                        case AnswerPart.Call(String id, String name, String arguments) ->
                            "C[" + (id.startsWith("call_") ? "" : id + " ") + name + " " + arguments + "]";
                    });
        }
        return text.toString().replace("]T[", "");
    }

    static List<Arguments> answers() {
        String lund = "{\"city\":\"Lund\"}";
        return List.of(
                Arguments.of(CallNotation.TAGS, "Hello <b>\n", "Hello <b>\n"),
                Arguments.of(CallNotation.TAGS, "<think>\nhm\n</think>\n\nHello", "T[hm]Hello"),
                Arguments.of(CallNotation.TAGS, "I <think>", "I <think>"),
                Arguments.of(CallNotation.TAGS, "<think>hm", "T[hm]"),
                Arguments.of(
                        CallNotation.TAGS,
                        "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Lund\"}}\n</tool_call>",
                        "C[weather " + lund + "]"),
                Arguments.of(
                        CallNotation.TAGS,
                        "<think>so</think>I ask.\n<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"}\\\"{\"}}"
                                + "</tool_call>\n<tool_call>\n{\"name\":\"sea_level\",\"arguments\":{\"city\":\"Lund\","
                                + "\"days\":2}}",
                        "T[so]I ask.C[weather {\"city\":\"}\\\"{\"}]C[sea_level {\"city\":\"Lund\",\"days\":2}]"),
                Arguments.of(
                        CallNotation.TAGS,
                        "<tool_call>{\"name\":\"weather\",\"arguments\":{\"days\":1,\"city\":\"Lund\"}}</tool_call> Ok",
                        "C[weather {\"days\":1,\"city\":\"Lund\"}]Ok"),
                // No such tool; arguments that its schema does not allow; broken JSON; JSON that is cut off.
                unchanged(CallNotation.TAGS, "<tool_call>{\"name\":\"rain\",\"arguments\":{}}</tool_call>"),
                unchanged(CallNotation.TAGS, "<tool_call>{\"name\":\"weather\",\"arguments\":{}}</tool_call>"),
                unchanged(
                        CallNotation.TAGS,
                        "<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"a\",\"no\":1}}</tool_call> hm"),
                unchanged(CallNotation.TAGS, "<tool_call>{\"name\":weather}</tool_call>"),
                unchanged(CallNotation.TAGS, "<tool_call>weather</tool_call>"),
                unchanged(CallNotation.TAGS, "<tool_call>\n{\"name\":\"weather\",\"arguments\":{\"city\":\"Lu"),
                Arguments.of(
                        CallNotation.LLAMA,
                        "{\"name\": \"weather\", \"parameters\": {\"city\": \"Lund\"}}",
                        "C[weather " + lund + "]"),
                Arguments.of(
                        CallNotation.LLAMA,
                        "<|python_tag|>{\"name\": \"weather\", \"parameters\": {\"city\": \"Lund\"}}",
                        "C[weather " + lund + "]"),
                unchanged(CallNotation.LLAMA, "{\"names\": [1]}"),
                unchanged(CallNotation.LLAMA, "{\"name\": \"Bo\"} is JSON"),
                unchanged(CallNotation.LLAMA, "So: {\"name\": \"weather\", \"parameters\": {\"city\": \"Lund\"}}"),
                Arguments.of(
                        CallNotation.MISTRAL,
                        "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"city\": \"Lund\"}}, "
                                + "{\"name\": \"sea_level\", \"arguments\": {\"city\": \"Lund\"}, \"id\": \"abc\"}]",
                        "C[weather " + lund + "]C[sea_level " + lund + "]"),
                unchanged(CallNotation.MISTRAL, "[TOOL_CALLS] []"),
                unchanged(
                        CallNotation.MISTRAL,
                        "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"city\": \"Lund\"}}, {\"name\": 1}]"),
                Arguments.of(
                        CallNotation.MISTRAL_NAMED,
                        "[TOOL_CALLS]weather[ARGS]{\"city\": \"Lund\"}[TOOL_CALLS]sea_level[CALL_ID]a1[ARGS]" + lund,
                        "C[weather " + lund + "]C[sea_level " + lund + "]"),
                unchanged(CallNotation.MISTRAL_NAMED, "[TOOL_CALLS]weather[ARGS]7"),
                Arguments.of(
                        CallNotation.PHI,
                        "<|tool_call|>[{\"name\": \"weather\", \"arguments\": {\"city\": \"Lund\"}}]<|/tool_call|>",
                        "C[weather " + lund + "]"),
                Arguments.of(
                        CallNotation.GEMMA,
                        "<|tool_call>call:weather{city:<|\"|>Lund, {o}<|\"|>,days:-3,tags:[<|\"|>a<|\"|>]}<tool_call|>",
                        "C[weather {\"city\":\"Lund, {o}\",\"days\":-3,\"tags\":[\"a\"]}]"),
                unchanged(CallNotation.GEMMA, "<|tool_call>call:weather{city:Lund}<tool_call|>"),
                Arguments.of(
                        CallNotation.FUNCTION_GEMMA,
                        "<start_function_call>call:weather{city:<escape>Lund<escape>}<end_function_call>",
                        "C[weather " + lund + "]"),
                Arguments.of(
                        CallNotation.FUNCTION_TAGS,
                        """
                        I ask.

                        <tool_call>
                        <function=weather>
                        <parameter=city>
                        Lund
                        </parameter>
                        <parameter=days>
                        2
                        </parameter>
                        <parameter=tags>
                        ["a", "b"]
                        </parameter>
                        </function>
                        </tool_call>
                        <tool_call>
                        <function=sea_level>
                        <parameter=city>
                        Two

                        lines <b>
                        </parameter>
                        </function>
                        </tool_call>""",
                        "I ask.C[weather {\"city\":\"Lund\",\"days\":2,\"tags\":[\"a\",\"b\"]}]"
                                + "C[sea_level {\"city\":\"Two\\n\\nlines <b>\"}]"),
                Arguments.of(
                        CallNotation.FUNCTION_TAGS,
                        "<tool_call><function=weather><parameter=city>7</parameter></function></tool_call> Ok",
                        "C[weather {\"city\":\"7\"}]Ok"),
                // A number that is none; an argument that is missing, one that is there twice; no such tool; cut off.
                unchanged(
                        CallNotation.FUNCTION_TAGS,
                        "<tool_call>\n<function=weather>\n<parameter=city>\na\n</parameter>\n<parameter=days>\nb\n"
                                + "</parameter>\n</function>\n</tool_call>"),
                unchanged(CallNotation.FUNCTION_TAGS, "<tool_call>\n<function=weather>\n</function>\n</tool_call>"),
                unchanged(
                        CallNotation.FUNCTION_TAGS,
                        "<tool_call>\n<function=weather>\n<parameter=city>\na\n</parameter>\n<parameter=city>\nb\n"
                                + "</parameter>\n</function>\n</tool_call>"),
                unchanged(CallNotation.FUNCTION_TAGS, "<tool_call>\n<function=rain>\n</function>\n</tool_call>"),
                unchanged(CallNotation.FUNCTION_TAGS, "<tool_call>\n<function=weather>\n<parameter=city>\nLund"),
                unchanged(CallNotation.FUNCTION_TAGS, "<tool_call>{\"name\": \"weather\"}</tool_call>"),
                Arguments.of(
                        CallNotation.ARGUMENT_TAGS,
                        "<tool_call>weather<arg_key>city</arg_key><arg_value>Lund</arg_value><arg_key>days</arg_key>"
                                + "<arg_value>2</arg_value></tool_call><tool_call>sea_level<arg_key>city</arg_key>"
                                + "<arg_value>\"Lund\"</arg_value></tool_call>",
                        "C[weather {\"city\":\"Lund\",\"days\":2}]C[sea_level {\"city\":\"\\\"Lund\\\"\"}]"),
                Arguments.of(
                        CallNotation.ARGUMENT_LINES,
                        "<think>so</think>\n<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Lund</arg_value>\n"
                                + "</tool_call>",
                        "T[so]C[weather " + lund + "]"),
                unchanged(CallNotation.ARGUMENT_TAGS, "<tool_call>weather<arg_key>city</arg_key>Lund</tool_call>"),
                Arguments.of(
                        CallNotation.KIMI,
                        "I ask.<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0"
                                + "<|tool_call_argument_begin|>{\"city\": \"Lund\"}<|tool_call_end|><|tool_call_begin|>"
                                + "functions.sea_level:1<|tool_call_argument_begin|>{\"city\": \"Lund\"}"
                                + "<|tool_call_end|><|tool_calls_section_end|>",
                        "I ask.C[functions.weather:0 weather " + lund + "]C[functions.sea_level:1 sea_level " + lund
                                + "]"),
                unchanged(
                        CallNotation.KIMI,
                        "<|tool_calls_section_begin|><|tool_call_begin|>functions.weather<|tool_call_argument_begin|>{}"),
                Arguments.of(
                        CallNotation.DEEPSEEK,
                        "I ask.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{\"city\": \"Lund\"}"
                                + "<｜tool▁call▁end｜><｜tool▁call▁begin｜>sea_level<｜tool▁sep｜>{\"city\": \"Lund\"}"
                                + "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                        "I ask.C[weather " + lund + "]C[sea_level " + lund + "]"),
                unchanged(CallNotation.DEEPSEEK, "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>rain<｜tool▁sep｜>{}"),
                unchanged(CallNotation.DEEPSEEK, "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{\"ci"),
                Arguments.of(
                        CallNotation.DEEPSEEK_FENCED, """
                        <think>so</think><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather
                        ```json
                        {"city": "Lund"}
                        ```<｜tool▁call▁end｜>
                        <｜tool▁call▁begin｜>function<｜tool▁sep｜>sea_level
                        ```json
                        {"city": "Lund"}
                        ```<｜tool▁call▁end｜><｜tool▁calls▁end｜>""", "T[so]C[weather " + lund + "]C[sea_level " + lund + "]"),
                unchanged(
                        CallNotation.DEEPSEEK_FENCED,
                        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n[]\n```"),
                unchanged(CallNotation.DEEPSEEK_FENCED, "Code:\n```json\n{\"city\": \"Lund\"}\n```"),
                Arguments.of(
                        CallNotation.GIGACHAT,
                        "I ask.<|function_call|>{\"name\": \"weather\", \"arguments\": {\"city\": \"Lund\"}}",
                        "I ask.C[weather " + lund + "]"),
                unchanged(CallNotation.GIGACHAT, "<|function_call|>{\"name\": \"rain\", \"arguments\": {}}"),
                Arguments.of(
                        CallNotation.GIGACHAT_TURN,
                        "I ask.<|message_sep|>\n\nfunction call<|role_sep|>\n{\"name\": \"weather\", \"arguments\": "
                                + "{\"city\": \"Lund\"}}<|message_sep|>\n\n",
                        "I ask.C[weather " + lund + "]"),
                unchanged(CallNotation.GIGACHAT_TURN, "A function call is none.<|message_sep|>"),
                Arguments.of(
                        CallNotation.TOLD,
                        "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Lund\"}}</tool_call>",
                        "C[weather " + lund + "]"),
                Arguments.of(
                        CallNotation.TOLD,
                        "{\"name\": \"weather\", \"arguments\": {\"city\": \"Lund\"}}",
                        "C[weather " + lund + "]"),
                unchanged(CallNotation.TOLD, "A <tool_call> is no call."));
    }

    private static Arguments unchanged(CallNotation notation, String answer) {
        return Arguments.of(notation, answer, answer);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void areTakenApartHoweverTheyArrive(CallNotation notation, String answer, String expected) {
        AnswerForm form = form(notation);
        assertThat(read(form, List.of(answer))).isEqualTo(expected);
        assertThat(read(form, answer.chars().mapToObj(Character::toString).toList()))
                .isEqualTo(expected);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
        for (int round = 0; round < 10; round++) {
            List<String> pieces = new ArrayList<>();
            for (int from = 0; from < answer.length(); ) {
                int to = Math.min(answer.length(), from + random.nextInt(1, 9));
                pieces.add(answer.substring(from, to));
                from = to;
            }
            assertThat(read(form, pieces)).isEqualTo(expected);
        }
    }

    @Test
    void goOnInAThoughtThatThePromptBegan() {
        AnswerForm form = new AnswerForm(Optional.of(TAGS), true, Optional.empty(), List.of());
        assertThat(read(form, List.of("hm ", "<think> hm</thi", "nk>\n\nHello")))
                .isEqualTo("T[hm <think> hm]Hello");
    }

    @Test
    void areTextAsItIsWhereNothingIsLookedFor() {
        AnswerReader reader = AnswerForm.PLAIN.reader();
        assertThat(reader.add(" <think> [TOOL_CALLS] \n"))
                .containsExactly(new AnswerPart.Text(" <think> [TOOL_CALLS] \n"));
        assertThat(reader.end()).isEmpty();
    }
}
