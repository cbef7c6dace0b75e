package dev.lilla.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the bytes, a tokenizer.json is read or refused with one of the two errors, within 512 MB of heap, and what
/// is read encodes and decodes.
class TokenizerJsonFuzzTest {
    private static final List<String> SMALL = List.of("""
            {"added_tokens":[{"id":3,"content":"<s>","special":true,"lstrip":true}],
             "normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Prepend","prepend":"▁"},
              {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
             "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
              {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
             "model":{"type":"BPE","unk_token":"u","byte_fallback":true,"fuse_unk":true,
              "vocab":{"u":0,"a":1,"aa":2},"merges":[["a","a"]]}}
            """, """
            {"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
              {"type":"ByteLevel","add_prefix_space":false,"use_regex":true}]},
             "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"b"}},{"Sequence":{"id":"A"}}],
              "special_tokens":{"b":{"ids":[1]}}},
             "decoder":{"type":"ByteLevel"},
             "model":{"type":"BPE","ignore_merges":true,"vocab":{"a":0,"b":1,"Ġ":2,"Ġa":3},"merges":["Ġ a"]}}
            """, """
            {"normalizer":{"type":"BertNormalizer","lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},
             "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
             "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
              "max_input_chars_per_word":100,"vocab":{"[UNK]":0,"h":1,"##ello":2}}}
            """, """
            {"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"},
             "decoder":{"type":"Metaspace","replacement":"▁"},
             "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["▁",-1.5],["o",-2.0]]}}
            """);

    static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        SMALL.forEach(json -> seeds.add(json.getBytes(StandardCharsets.UTF_8)));
        Path smallest = Oracle.smallest(Oracle.filesUnder(Oracle.path("models"), "tokenizer.json"));
        seeds.add(Files.readAllBytes(smallest));
        return seeds;
    }

    @Tag("long")
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        FuzzedTokenizer.use(() -> TokenizerJson.read(
                JsonFiles.parse(bytes, FuzzedTokenizer.NAME), FuzzedTokenizer.NAME, TokenizerConfig.of(Map.of())));
    }
}
