package dev.lilla.bench;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import java.nio.file.Path;
import java.util.Iterator;

/// java-llama.cpp on a GGUF file.
///
/// Its interface takes texts, not tokens: a prompt is grown until it has the number of tokens wanted, and the time to
/// its first token counts as the time to read it.
final class JavaLlamaCppPeer implements Peer {
    private static final int CONTEXT = 2048;

    private final LlamaModel model;

    JavaLlamaCppPeer(Path gguf, int threads) {
        model = new LlamaModel(new ModelParameters()
                .setModel(gguf.toString())
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setCtxSize(CONTEXT)
                .disableLog());
    }

    @Override
    public double prefill(int tokens) {
        InferenceParameters parameters = parameters(prompt(tokens), 1);
        long start = System.nanoTime();
        Iterator<LlamaOutput> outputs = model.generate(parameters).iterator();
        outputs.next();
        double seconds = (System.nanoTime() - start) / 1e9;
        // Its only slot stays taken until everything was read.
        outputs.forEachRemaining(output -> {});
        return seconds;
    }

    @Override
    public double decode(int tokens) {
        Iterator<LlamaOutput> outputs =
                model.generate(parameters(prompt(8), tokens + 1)).iterator();
        outputs.next();
        long start = System.nanoTime();
        int written = 0;
        while (outputs.hasNext()) {
            outputs.next();
            written++;
        }
        return (System.nanoTime() - start) / 1e9 * tokens / Math.max(1, written);
    }

    private static InferenceParameters parameters(String prompt, int tokens) {
        return new InferenceParameters(prompt)
                .setNPredict(tokens)
                .setTemperature(0)
                .setIgnoreEos(true)
                .setCachePrompt(false);
    }

    private String prompt(int tokens) {
        StringBuilder prompt = new StringBuilder();
        while (model.encode(prompt.toString()).length < tokens) {
            prompt.append((char) ('a' + prompt.length() % 26)).append(' ');
        }
        return prompt.toString();
    }

    @Override
    public void close() {
        model.close();
    }
}
