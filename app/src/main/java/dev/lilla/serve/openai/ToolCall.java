package dev.lilla.serve.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lilla.serve.text.AnswerPart;
import dev.lilla.serve.text.ToolCallReader;
import dev.lilla.serve.text.ToolChoice;
import dev.lilla.serve.text.WrittenChoice;
import org.jspecify.annotations.Nullable;

/// A call of a tool, whole or a part of one.
///
/// @param index among the calls of a message, in streams only
/// @param id absent, as is `type`, where the call goes on
@JsonInclude(JsonInclude.Include.NON_NULL)
record ToolCall(
        @Nullable Integer index,
        @Nullable String id,
        @Nullable String type,
        Function function) {
    /// @param name absent where the call goes on
    /// @param arguments JSON, or a part of it
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Function(@Nullable String name, String arguments) {}

    static ToolCall of(ToolCallReader call, String arguments) {
        return new ToolCall(null, call.id(), "function", new Function(call.name(), arguments));
    }

    static ToolCall of(AnswerPart.Call call) {
        return new ToolCall(null, call.id(), "function", new Function(call.name(), call.arguments()));
    }

    /// The first part of a call in a stream.
    static ToolCall begin(int index, String id, String name) {
        return new ToolCall(index, id, "function", new Function(name, ""));
    }

    /// A further part.
    static ToolCall more(int index, String arguments) {
        return new ToolCall(index, null, null, new Function(null, arguments));
    }

    /// Why a choice ended: a call that was written to its end is a reason of its own.
    static String finishReason(ToolChoice tools, WrittenChoice choice) {
        String reason = choice.finishReasonOfTurn();
        return tools.isForced() && reason.equals("stop") ? "tool_calls" : reason;
    }
}
