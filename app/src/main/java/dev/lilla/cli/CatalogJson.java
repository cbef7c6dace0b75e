package dev.lilla.cli;

import dev.lilla.store.CatalogModel;
import dev.lilla.store.CatalogOrigin;
import dev.lilla.store.License;
import dev.lilla.store.ModelShape;
import dev.lilla.store.PublishedScore;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A model of the catalog as JSON, in the form of the catalog's own files, with its number of parameters.
final class CatalogJson {
    private CatalogJson() {}

    static ObjectNode of(CatalogModel model) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("name", model.name()).put("title", model.title());
        model.hub().ifPresent(hub -> node.put("hub", hub));
        model.origin().shipped().ifPresent(file -> node.put("shipped", file));
        if (model.origin().purpose() == CatalogOrigin.Purpose.DEMONSTRATION) {
            node.put("demonstration", true);
        }
        node.put("parameters", model.shape().parameters());
        license(node.putObject("license"), model.license());
        model.languages().codes().forEach(node.putArray("languages")::add);
        if (model.languages().claimed() > 0) {
            node.put("languagesClaimed", model.languages().claimed());
        }
        model.languages().note().ifPresent(note -> node.put("languagesNote", note));
        shape(node.putObject("shape"), model.shape());
        ArrayNode variants = node.putArray("variants");
        for (CatalogOrigin.Variant variant : model.origin().variants()) {
            variants.addObject().put("kind", variant.kind()).put("hub", variant.hub());
        }
        ArrayNode scores = node.putArray("scores");
        for (PublishedScore score : model.scores()) {
            scores.addObject()
                    .put("benchmark", score.benchmark())
                    .put("value", score.value())
                    .put("of", score.of())
                    .put("protocol", score.protocol())
                    .put("source", score.source());
        }
        model.facts().sources().forEach(node.putArray("sources")::add);
        return node;
    }

    private static void license(ObjectNode node, License license) {
        node.put("id", license.id())
                .put("name", license.name())
                .put("commercial", license.commercialUse().label())
                .put("changes", license.changes().label());
        if (!license.url().isEmpty()) {
            node.put("url", license.url());
        }
        license.terms().forEach(node.putArray("terms")::add);
    }

    private static void shape(ObjectNode node, ModelShape shape) {
        node.put("family", shape.family())
                .put("layers", shape.layers())
                .put("hidden", shape.hidden())
                .put("ffn", shape.ffn())
                .put("heads", shape.heads())
                .put("kvHeads", shape.kvHeads())
                .put("headDim", shape.headDim())
                .put("vocab", shape.vocab())
                .put("context", shape.context())
                .put("ropeBase", shape.ropeBase())
                .put("tied", shape.tied())
                .put("window", shape.window())
                .put("rotaryShare", shape.rotaryShare());
    }
}
