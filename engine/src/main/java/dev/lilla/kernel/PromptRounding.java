package dev.lilla.kernel;

/// Whether rows of long prompts may be rounded more than single rows.
enum PromptRounding {
    /// To bf16 where tiles multiply it.
    WHERE_FASTER,
    /// A row has the same bits in a prompt, however it is cut, as alone.
    NEVER
}
