package dev.lilla.generate;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.LayerSpec;
import dev.lilla.template.ChatTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Conversations with a model on this machine.
///
/// What the last conversation left in the cache is kept: the next one that begins alike computes only what is new, so
/// a growing conversation never reads its history twice. Not safe for use by several threads.
public final class LocalChatModel implements ChatModel, AutoCloseable {
    private final LocalModel model;
    private final ConversationEncoder encoder;
    private final List<ActiveAdapter> adapters;
    private @Nullable Kept kept;

    /// The cache of the last answer.
    ///
    /// @param tokens whose keys and values `table` holds
    /// @param promptTokens length of the prompt they were computed for
    private record Kept(int[] tokens, BlockTable table, int promptTokens) {}

    LocalChatModel(LocalModel model, List<ActiveAdapter> adapters) {
        this.model = model;
        this.adapters = List.copyOf(adapters);
        ChatTemplate template = model.chatTemplate()
                .orElseThrow(() ->
                        new IllegalArgumentException(model.model().description().path()
                                + " has no chat template. Give a prompt to continue instead."));
        this.encoder = new ConversationEncoder(
                template, model.tokenizer(), model.model().family().chat());
    }

    @Override
    public String name() {
        return model.model().description().path().getFileName().toString();
    }

    @Override
    public ChatResponse chat(ChatRequest request, AnswerListener listener) {
        int[] prompt = model.withBeginning(encoder.encode(messages(request), variables(request)));
        GenerationDefaults defaults = model.defaults();
        List<String> stops = new ArrayList<>(defaults.stopStrings());
        stops.addAll(request.stop());
        GenerationRequest generation = new GenerationRequest(
                prompt,
                request.sampler().orElse(defaults.sampler()),
                new StopConditions(
                        defaults.stopTokens(), stops, request.maxTokens().orElse(Integer.MAX_VALUE)),
                adapters,
                model.grammars().get(request.format()));
        try (Sequence sequence = resume(generation, listener)) {
            SequenceRunner runner = model.runner();
            runner.add(sequence);
            runner.run();
            Completion completion = sequence.completion();
            kept = new Kept(sequence.cachedTokens(), sequence.releaseTable(), prompt.length);
            return new ChatResponse(completion.text(), completion.finishReason(), completion.usage());
        }
    }

    /// The prompt that the model's template makes of a conversation.
    ///
    /// @throws IllegalArgumentException if the template refuses the conversation
    public String render(ChatRequest request) {
        Map<String, Object> variables = variables(request);
        variables.put("messages", messages(request));
        return encoder.render(variables);
    }

    private static List<Map<String, String>> messages(ChatRequest request) {
        return request.messages().stream()
                .map(message -> Map.of("role", message.role().label(), "content", message.content()))
                .toList();
    }

    private static Map<String, Object> variables(ChatRequest request) {
        Map<String, Object> variables = new HashMap<>(request.templateArguments());
        variables.put("add_generation_prompt", true);
        return variables;
    }

    private Sequence resume(GenerationRequest request, AnswerListener listener) {
        Kept last = kept;
        kept = null;
        DecoderSpec spec = model.decoder().spec();
        int[] prompt = request.prompt();
        BlockTable table = last == null ? new BlockTable(model.cache()) : last.table();
        int same = last == null || !turnsAlike(spec, last.promptTokens(), prompt.length)
                ? 0
                : Arrays.mismatch(last.tokens(), prompt);
        int reusable = same < 0 ? prompt.length : same;
        int cached = Math.min(reusable, prompt.length - 1);
        table.truncate(cached);
        try {
            return new Sequence(request, model.tokenizer(), table, cached, spec, listener);
        } catch (RuntimeException e) {
            table.close();
            throw e;
        }
    }

    /// Whether keys computed for a prompt of one length are those of another: not where the length changes the rotary
    /// frequencies.
    private static boolean turnsAlike(DecoderSpec spec, int promptTokens, int otherTokens) {
        for (LayerSpec layer : spec.layers()) {
            boolean alike = switch (layer.mixer()) {
                case Attention attention ->
                    attention
                            .rotary()
                            .map(rotary -> Arrays.equals(
                                    rotary.frequencies(promptTokens).inverse(),
                                    rotary.frequencies(otherTokens).inverse()))
                            .orElse(true);
            };
            if (!alike) {
                return false;
            }
        }
        return true;
    }

    /// Gives the kept cache back; the model stays open.
    @Override
    public void close() {
        if (kept != null) {
            kept.table().close();
            kept = null;
        }
    }
}
