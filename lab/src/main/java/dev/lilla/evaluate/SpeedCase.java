package dev.lilla.evaluate;

/// Work whose speed is measured, as `llama-bench` and `llama-batched-bench` name it.
///
/// @param promptTokens tokens that each sequence reads
/// @param generatedTokens tokens that each sequence writes after them, one a step
/// @param depth tokens that are in the cache of each sequence before the clock starts
/// @param sequences texts side by side
public record SpeedCase(int promptTokens, int generatedTokens, int depth, int sequences) {
    public SpeedCase {
        if (promptTokens < 0 || generatedTokens < 0 || depth < 0 || sequences < 1) {
            throw new IllegalArgumentException("no work: " + promptTokens + " tokens to read, " + generatedTokens
                    + " to write, behind " + depth + ", in " + sequences + " sequences");
        }
        if (promptTokens + generatedTokens == 0) {
            throw new IllegalArgumentException("there is nothing to read and nothing to write");
        }
    }

    /// Reading a prompt.
    public static SpeedCase prompt(int tokens, int depth) {
        return new SpeedCase(tokens, 0, depth, 1);
    }

    /// Writing behind an empty prompt, in several sequences.
    public static SpeedCase generation(int tokens, int depth, int sequences) {
        return new SpeedCase(0, tokens, depth, sequences);
    }

    /// Tokens of all sequences together.
    public long tokens() {
        return (long) sequences * (promptTokens + generatedTokens);
    }

    /// Tokens that each sequence has in the cache at the end.
    public int length() {
        return Math.addExact(depth, Math.addExact(promptTokens, generatedTokens));
    }

    /// `pp512`, `tg128 @ d4096`, `pp512+tg128`, `8 x tg128`.
    public String label() {
        String prompt = promptTokens > 0 ? "pp" + promptTokens : "";
        String generated = generatedTokens > 0 ? "tg" + generatedTokens : "";
        return (sequences > 1 ? sequences + " x " : "")
                + prompt
                + (prompt.isEmpty() || generated.isEmpty() ? "" : "+")
                + generated
                + (depth > 0 ? " @ d" + depth : "");
    }
}
