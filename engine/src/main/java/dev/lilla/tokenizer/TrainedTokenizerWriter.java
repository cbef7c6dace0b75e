package dev.lilla.tokenizer;

import dev.lilla.format.JsonFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Writes a trained tokenizer as Hugging Face tokenizers and transformers read it: tokenizer.json, and
/// tokenizer_config.json with the special tokens and the chat template.
public final class TrainedTokenizerWriter {
    private final TrainedTokenizer tokenizer;

    private TrainedTokenizerWriter(TrainedTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// Writes both files into a directory, which is made if need be. Each takes its name when it is complete.
    public static void write(TrainedTokenizer tokenizer, Path directory) {
        TrainedTokenizerWriter writer = new TrainedTokenizerWriter(tokenizer);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be made: " + e.getMessage(), e);
        }
        JsonFiles.write(directory.resolve("tokenizer.json"), writer.tokenizerJson());
        JsonFiles.write(directory.resolve("tokenizer_config.json"), writer.config());
    }

    /// The field order is that of Hugging Face tokenizers.
    private ObjectNode tokenizerJson() {
        ObjectNode root = object().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        List<String> control = tokenizer.control().all();
        for (int id = 0; id < control.size(); id++) {
            ObjectNode token = added.addObject().put("id", id);
            addedToken(token, control.get(id));
        }
        if (tokenizer.splitting().composes()) {
            root.putObject("normalizer").put("type", "NFC");
        } else {
            root.putNull("normalizer");
        }
        root.set("pre_tokenizer", tokenizer.splitting().json());
        root.set("post_processor", beginsWithItsToken());
        root.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true);
        root.set("model", model());
        return root;
    }

    private static void addedToken(ObjectNode node, String content) {
        node.put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private ObjectNode beginsWithItsToken() {
        String begin = tokenizer.control().begin();
        ObjectNode processor = object().put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        piece(single, "SpecialToken", begin, 0);
        piece(single, "Sequence", "A", 0);
        ArrayNode pair = processor.putArray("pair");
        piece(pair, "SpecialToken", begin, 0);
        piece(pair, "Sequence", "A", 0);
        piece(pair, "SpecialToken", begin, 1);
        piece(pair, "Sequence", "B", 1);
        ObjectNode token =
                processor.putObject("special_tokens").putObject(begin).put("id", begin);
        token.putArray("ids").add(0);
        token.putArray("tokens").add(begin);
        return processor;
    }

    private static void piece(ArrayNode list, String kind, String id, int type) {
        list.addObject().putObject(kind).put("id", id).put("type_id", type);
    }

    private ObjectNode model() {
        ObjectNode model = object().put("type", "BPE");
        for (String absent : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            model.putNull(absent);
        }
        model.put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", tokenizer.splitting().ignoresMerges());
        BytePairs pairs = tokenizer.learned().pairs();
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < pairs.tokens().size(); id++) {
            vocabulary.put(pairs.tokens().get(id), id);
        }
        // One text a merge is the older form, which every version reads; no token of bytes holds a space.
        ArrayNode merges = model.putArray("merges");
        pairs.merges().forEach(merge -> merges.add(merge.left() + " " + merge.right()));
        return model;
    }

    private ObjectNode config() {
        ControlTokens control = tokenizer.control();
        ObjectNode config = object().put("add_bos_token", true).put("add_eos_token", false);
        ObjectNode added = config.putObject("added_tokens_decoder");
        for (int id = 0; id < control.all().size(); id++) {
            addedToken(added.putObject(Integer.toString(id)), control.all().get(id));
        }
        return config.put("bos_token", control.begin())
                .put("eos_token", control.end())
                .put("pad_token", control.padding())
                .put("chat_template", ControlTokenTemplate.of(control))
                .put("clean_up_tokenization_spaces", false)
                .put("tokenizer_class", "PreTrainedTokenizerFast");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
