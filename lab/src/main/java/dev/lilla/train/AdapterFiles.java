package dev.lilla.train;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.model.AdapterContents;
import dev.lilla.model.AdapterPart;
import dev.lilla.model.GgufAdapterWriter;
import dev.lilla.model.LowRankParameters;
import dev.lilla.model.PeftAdapterWriter;
import dev.lilla.model.family.ModelDescription;
import java.nio.file.Path;
import java.util.List;

/// A trained adapter in the form of Hugging Face's PEFT, and beside it in that of llama.cpp.
record AdapterFiles(ModelDescription model, Backend backend, List<LowRankParameters> changes, LoraOptions options)
        implements TrainedFiles {
    @Override
    public void fill(Path folder) {
        List<AdapterPart> parts = changes.stream().map(this::part).toList();
        String base = String.valueOf(model.path().getFileName());
        AdapterContents contents = new AdapterContents(base, options.alpha(), options.scaling(), parts);
        PeftAdapterWriter.write(contents, model, folder);
        GgufAdapterWriter.write(contents, model, folder.resolve("adapter.gguf"));
    }

    private AdapterPart part(LowRankParameters change) {
        return AdapterPart.of(
                change.weight(),
                options.rank(),
                values(change.down().values()),
                values(change.up().values()),
                change.scaling());
    }

    private float[] values(Activation matrix) {
        float[] row = new float[matrix.columns()];
        float[] all = new float[Math.multiplyExact(matrix.rows(), row.length)];
        for (int r = 0; r < matrix.rows(); r++) {
            backend.read(matrix, r, row);
            System.arraycopy(row, 0, all, r * row.length, row.length);
        }
        return all;
    }
}
