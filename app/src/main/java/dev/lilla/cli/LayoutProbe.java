package dev.lilla.cli;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.model.family.GebLayoutProbe;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// `lilla inspect --probe-layout`: which layout the weights of a GEB model have.
record LayoutProbe(Console console, HostMixin host, JsonOption json) {
    int run(Path model, Path text) throws IOException {
        Tokenizer tokenizer = Tokenizers.open(HuggingFaceDirectory.open(model));
        int[] tokens = tokenizer.encode(Files.readString(text), SpecialTokens.ADD);
        ProgressLine progress = new ProgressLine(console);
        progress.started("probing", 0);
        List<GebLayoutProbe.Score> scores =
                new GebLayoutProbe(model, host::open).score(tokens, _ -> progress.advance(0));
        progress.finished();
        if (json.isSet()) {
            ArrayNode list = JsonMapper.shared().createArrayNode();
            for (GebLayoutProbe.Score score : scores) {
                list.addObject().put("layout", LoadMixin.text(score.layout())).put("meanNll", score.meanNll());
            }
            console.printJson(list);
            return 0;
        }
        Table table = new Table("LAYOUT", ">MEAN NLL");
        for (GebLayoutProbe.Score score : scores) {
            table.row(LoadMixin.text(score.layout()), String.format(Locale.ROOT, "%.4f", score.meanNll()));
        }
        table.print(console.out());
        console.out().println();
        console.out()
                .println(
                        "Best: --geb-layout " + LoadMixin.text(scores.getFirst().layout()));
        return 0;
    }
}
