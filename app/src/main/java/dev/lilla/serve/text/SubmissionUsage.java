package dev.lilla.serve.text;

import dev.lilla.chat.Usage;
import dev.lilla.serve.http.AnswerUsage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Adds up what the texts of one request have used.
final class SubmissionUsage {
    private SubmissionUsage() {}

    /// @param choices of all prompts; what has not ended counts as far as it was read from the model
    /// @param firstToken from the request to its first token
    /// @param whole from the request until now
    static AnswerUsage of(
            Submission.Terms terms, List<WrittenChoice> choices, Optional<Duration> firstToken, Duration whole) {
        long prompt = 0;
        long cached = 0;
        long completion = 0;
        long later = 0;
        Duration reading = Duration.ZERO;
        Duration writing = Duration.ZERO;
        int each = terms.fields().choices();
        for (WrittenChoice choice : choices) {
            int length = terms.prompts().get(choice.index() / each).length;
            if (!choice.hasEnded()) {
                prompt += choice.isFirst() && !choice.tokens().isEmpty() ? length : 0;
                completion += choice.tokens().size();
                continue;
            }
            Usage usage = choice.usage();
            if (choice.isFirst()) {
                prompt += usage.promptTokens();
                cached += usage.cachedTokens();
                reading = reading.plus(usage.prompt());
            }
            completion += usage.completionTokens();
            later += Math.max(0, usage.completionTokens() - 1);
            writing = writing.plus(usage.completion());
        }
        return new AnswerUsage(
                terms.model().modelName(), prompt, cached, completion, reading, writing, later, firstToken, whole);
    }
}
