package dev.lilla.format;

import dev.lilla.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// A Hugging Face `*.index.json`: which file of a sharded checkpoint holds which tensor.
///
/// @param path the index
/// @param shardOfTensor file names by tensor name, in the order of the index
record WeightIndex(Path path, Map<String, String> shardOfTensor) {
    /// The most files of one checkpoint.
    static final int SHARDS_MAX = 10_000;

    static WeightIndex read(Path path) {
        JsonNode map = JsonFiles.read(path).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new ModelFormatException(path + ": has no weight_map. Expected the index of a sharded checkpoint.");
        }
        Map<String, String> shards = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().isString() ? entry.getValue().asString() : "";
            if (!isPlainName(shard)) {
                throw new ModelFormatException(path + ": weight_map." + entry.getKey() + " is " + entry.getValue()
                        + ", expected the name of a file in the same folder. Do not trust this checkpoint.");
            }
            shards.put(entry.getKey(), shard);
        }
        return new WeightIndex(path, shards);
    }

    /// The files, in the order in which the index names them first.
    ///
    /// @throws ModelFormatException if one is missing
    List<Path> shards() {
        List<Path> files = new ArrayList<>();
        for (String name : new LinkedHashSet<>(shardOfTensor.values())) {
            Path file = path.resolveSibling(name);
            if (!Files.isRegularFile(file)) {
                throw new ModelFormatException(path + ": names the file " + name
                        + ", which is not beside it. Download the missing part of the checkpoint.");
            }
            files.add(file);
        }
        if (files.size() > SHARDS_MAX) {
            throw new ModelFormatException(
                    path + ": names " + files.size() + " files, expected at most " + SHARDS_MAX + ".");
        }
        return files;
    }

    /// Adds those tensors of a file that the index says it holds.
    void addShard(Path shard, Map<String, Tensor> found, Map<String, Tensor> tensors) {
        String file = String.valueOf(shard.getFileName());
        found.forEach((name, tensor) -> {
            if (file.equals(shardOfTensor.get(name))) {
                tensors.put(name, tensor);
            }
        });
    }

    /// @throws ModelFormatException if the files lack a tensor that the index promises
    void requireAll(Set<String> found) {
        shardOfTensor.forEach((tensor, shard) -> {
            if (!found.contains(tensor)) {
                throw new ModelFormatException(path + ": says that " + shard + " holds tensor " + tensor
                        + ", but it does not. Index and files are of different versions: download both again.");
            }
        });
    }

    private static boolean isPlainName(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
    }
}
