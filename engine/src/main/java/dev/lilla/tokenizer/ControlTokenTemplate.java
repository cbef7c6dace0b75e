package dev.lilla.tokenizer;

/// The chat template of a vocabulary that was trained: one token opens a turn, the text follows as it is, and what
/// the assistant says ends with the end token.
///
/// `<|begin|><|system|>…<|user|>…<|assistant|>…<|end|>`
final class ControlTokenTemplate {
    private ControlTokenTemplate() {}

    static String of(ControlTokens control) {
        return "{{ bos_token }}{% for message in messages %}"
                + "{% if message['role'] == 'system' %}{{ " + quoted(control.system()) + " + message['content'] }}"
                + "{% elif message['role'] == 'user' %}{{ " + quoted(control.user()) + " + message['content'] }}"
                + "{% elif message['role'] == 'assistant' %}{{ " + quoted(control.assistant())
                + " + message['content'] + eos_token }}"
                + "{% else %}{{ raise_exception('the role ' + message['role'] + ' is none of system, user, assistant')"
                + " }}{% endif %}{% endfor %}"
                + "{% if add_generation_prompt %}{{ " + quoted(control.assistant()) + " }}{% endif %}";
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
