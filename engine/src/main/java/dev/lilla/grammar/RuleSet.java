package dev.lilla.grammar;

import java.util.Map;

/// A grammar before it is compiled.
///
/// @param root the rule that a whole text follows
record RuleSet(String root, Map<String, Expression> rules) {
    RuleSet {
        rules = Map.copyOf(rules);
        if (!rules.containsKey(root)) {
            throw new GrammarException("the grammar has no rule \"" + root + "\", which a text would follow. Add it.");
        }
    }
}
