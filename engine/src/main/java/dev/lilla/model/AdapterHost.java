package dev.lilla.model;

import java.util.List;
import java.util.Optional;

/// The model that an adapter is put on, as far as reading the adapter needs to know it.
public interface AdapterHost {
    DecoderSpec spec();

    /// `general.architecture` that a GGUF of this model has: `llama` for Mistral, too.
    String ggufArchitecture();

    /// The name in the spec of a tensor that Hugging Face calls `model.layers.3.self_attn.q_proj.weight`; empty if
    /// this model has no such tensor, or keeps it in another form (fused where the adapter has it split).
    Optional<String> tensorName(String huggingFaceName);

    /// How the rows of a tensor lie in this model's files and in those an adapter was trained or converted with.
    ///
    /// @param tensorName as in the spec
    /// @return at index `i` the row of the adapter that belongs to row `i` of the base; empty where both agree
    Optional<int[]> rowOrder(String tensorName, AdapterFormat adapter);

    /// What Hugging Face calls a tensor of the spec; empty if its checkpoints have none such.
    Optional<String> huggingFaceName(String tensorName);

    /// What a GGUF of this model has for a tensor of the spec: usually the tensor itself, several where GGUF has split
    /// what is fused here.
    ///
    /// @throws IllegalArgumentException if the spec has no such tensor
    List<GgufRows> ggufRows(String tensorName);

    /// A tensor of a GGUF.
    ///
    /// @param rows for each of its rows, the row of this model's tensor
    record GgufRows(String name, int[] rows) {}
}
