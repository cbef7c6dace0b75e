package dev.lilla.grammar;

import static dev.lilla.grammar.SchemaKeywords.at;
import static dev.lilla.grammar.SchemaKeywords.error;

import dev.lilla.grammar.Expression.Edge;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Arrays of a schema: leading items of their own, then items of one kind, between two counts.
final class SchemaArrays {
    private final SchemaGrammar grammar;

    SchemaArrays(SchemaGrammar grammar) {
        this.grammar = grammar;
    }

    Expression expression(JsonNode schema, String pointer) {
        List<Expression> first = prefix(schema, pointer);
        Expression rest = rest(schema, first.size(), pointer);
        int least = SchemaValues.count(schema, "minItems", 0, pointer);
        int most = SchemaValues.count(schema, "maxItems", Expression.UNBOUNDED, pointer);
        if (rest == null) {
            most = Math.min(most, first.size());
        }
        if (most < least) {
            throw error(pointer, "no array has at least " + least + " and at most " + most + " items");
        }
        if (Math.max(least, most == Expression.UNBOUNDED ? 0 : most) > GrammarLimits.STATES_MAX) {
            throw error(
                    pointer, "an array of so many items is too large, expected at most " + GrammarLimits.STATES_MAX);
        }
        return Expression.sequence(
                Expression.text("["), JsonSyntax.SPACE, items(first, rest, least, most), Expression.text("]"));
    }

    private List<Expression> prefix(JsonNode schema, String pointer) {
        List<Expression> first = new ArrayList<>();
        JsonNode prefixItems = schema.get("prefixItems");
        if (prefixItems != null && !prefixItems.isArray()) {
            throw error(at(pointer, "prefixItems"), "expected a list of schemas");
        }
        for (int i = 0; prefixItems != null && i < prefixItems.size(); i++) {
            first.add(grammar.schema(prefixItems.get(i), at(at(pointer, "prefixItems"), String.valueOf(i))));
        }
        return first;
    }

    /// What follows the leading items; null for nothing. Where a schema lists leading items alone, nothing is added.
    private @Nullable Expression rest(JsonNode schema, int leading, String pointer) {
        JsonNode items = schema.get("items");
        if (items == null) {
            return leading > 0 ? null : new Expression.Call(JsonSyntax.VALUE);
        }
        return items.isBoolean() && !items.asBoolean() ? null : grammar.schema(items, at(pointer, "items"));
    }

    /// A node for each number of items so far; at the last one, more may follow if there is no bound.
    private static Expression items(List<Expression> first, @Nullable Expression rest, int least, int most) {
        boolean isBounded = most != Expression.UNBOUNDED;
        int counted = isBounded ? most : Math.max(1, Math.max(first.size(), least));
        int end = counted + 1;
        List<Edge> edges = new ArrayList<>();
        for (int count = 0; count < counted; count++) {
            Expression item = count < first.size() ? first.get(count) : rest;
            if (item != null) {
                edges.add(new Edge(count, count == 0 ? item : Expression.sequence(JsonSyntax.COMMA, item), count + 1));
            }
        }
        if (!isBounded && rest != null) {
            edges.add(new Edge(counted, Expression.sequence(JsonSyntax.COMMA, rest), counted));
        }
        for (int count = least; count <= counted; count++) {
            edges.add(new Edge(count, count == 0 ? Expression.EMPTY : JsonSyntax.SPACE, end));
        }
        return new Expression.Network(end + 1, edges);
    }
}
