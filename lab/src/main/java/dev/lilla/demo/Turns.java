package dev.lilla.demo;

import dev.lilla.chat.Message;
import java.util.ArrayList;
import java.util.List;

/// What a maker of examples gives back.
///
/// @param kind what sort of its task it is
record Turns(String kind, List<Message> messages) {
    private static final int SYSTEM_PERCENT = 40;

    /// A user's turn and the answer, now and then after a system turn that names the firm and the language.
    static Turns of(Draw draw, Grammar grammar, String kind, String request, String answer) {
        List<Message> messages = new ArrayList<>();
        if (draw.chance(SYSTEM_PERCENT)) {
            messages.add(Message.system(draw.say(grammar, "system")));
        }
        messages.add(Message.user(request));
        messages.add(Message.assistant(answer));
        return new Turns(kind, messages);
    }
}
