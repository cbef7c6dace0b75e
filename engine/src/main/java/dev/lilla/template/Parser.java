package dev.lilla.template;

import dev.lilla.template.Expression.NamedCall;
import dev.lilla.template.Statement.Branch;
import dev.lilla.template.Statement.Macro;
import dev.lilla.template.Statement.Parameter;
import dev.lilla.template.Statement.Target;
import dev.lilla.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Parses the statements of a template: those of Jinja that need no other template, `break` and `continue`, and
/// `generation`, which Transformers adds to mark the assistant's part.
final class Parser {
    private static final Set<String> MACRO_SPECIALS = Set.of("caller", "varargs", "kwargs");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    /// For each macro being parsed, which special names its body has mentioned.
    private final Deque<Set<String>> macros = new ArrayDeque<>();
    private int loops;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens, this::readName);
    }

    static List<Statement> parse(String source) {
        Parser parser = new Parser(new TokenStream(Lexer.tokens(source)));
        return parser.statements(Set.of());
    }

    private void readName(String name) {
        if (MACRO_SPECIALS.contains(name)) {
            macros.forEach(mentioned -> mentioned.add(name));
        }
    }

    /// Statements up to a block tag that one of `endNames` opens, which becomes the current token.
    private List<Statement> statements(Set<String> endNames) {
        tokens.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Literal(tokens.next().text()));
                case VARIABLE_BEGIN -> {
                    tokens.next();
                    statements.add(new Statement.Output(expressions.tuple()));
                    tokens.expect(Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    tokens.next();
                    if (tokens.current().kind() == Kind.NAME
                            && endNames.contains(tokens.current().text())) {
                        tokens.leave();
                        return List.copyOf(statements);
                    }
                    statements.add(statement(endNames));
                    tokens.expect(Kind.BLOCK_END);
                }
                case END -> {
                    if (!endNames.isEmpty()) {
                        throw tokens.unexpected(expectedTags(endNames));
                    }
                    tokens.leave();
                    return List.copyOf(statements);
                }
                case VARIABLE_END, BLOCK_END, NAME, STRING, INTEGER, REAL, OPERATOR ->
                    throw tokens.unexpected("text or a tag");
            }
        }
    }

    private static String expectedTags(Set<String> names) {
        return String.join(
                " or ",
                names.stream().sorted().map(name -> "{% " + name + " %}").toList());
    }

    /// The body of a block: behind `%}`, up to `{% endName`, whose name is taken.
    private List<Statement> body(String endName) {
        endTag();
        List<Statement> body = statements(Set.of(endName));
        tokens.expectName(endName);
        return body;
    }

    /// The end of a tag that a body follows; a colon may stand before it.
    private void endTag() {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
    }

    private Statement statement(Set<String> endNames) {
        Token tag = tokens.expect(Kind.NAME);
        return switch (tag.text()) {
            case "if" -> ifStatement();
            case "for" -> forStatement();
            case "set" -> set();
            case "macro" ->
                new Statement.DefineMacro(macro(tokens.expect(Kind.NAME).text(), "endmacro"));
            case "call" -> call();
            case "filter" -> filterBlock();
            case "with" -> with();
            case "generation" -> scopedMacro("endgeneration");
            case "block" -> {
                tokens.expect(Kind.NAME);
                tokens.skipName("scoped");
                tokens.skipName("required");
                boolean before = expressions.filters().lenient(false);
                List<Statement> body = body("endblock");
                if (tokens.current().kind() == Kind.NAME) {
                    tokens.next();
                }
                expressions.filters().lenient(before);
                yield new Statement.Scoped(body);
            }
            case "print" -> print(tag.line());
            case "break" -> inLoop(tag, new Statement.Break());
            case "continue" -> inLoop(tag, new Statement.Continue());
            case "extends", "include", "import", "from" ->
                throw new TemplateException(
                        "column " + tag.column() + ": '" + tag.text() + "' is refused: a chat template is one file",
                        tag.line());
            default -> {
                String expected = endNames.isEmpty() ? "a statement" : "a statement or " + expectedTags(endNames);
                throw new TemplateException(
                        "column " + tag.column() + ": unknown tag '" + tag.text() + "', expected " + expected,
                        tag.line());
            }
        };
    }

    private Statement print(int line) {
        List<Expression> parts = new ArrayList<>();
        do {
            parts.add(expressions.expression());
        } while (tokens.skipOperator(","));
        return new Statement.Output(new Expression.Concatenate(List.copyOf(parts), line));
    }

    private Statement inLoop(Token tag, Statement statement) {
        if (loops == 0) {
            throw new TemplateException("column " + tag.column() + ": '" + tag.text() + "' outside a loop", tag.line());
        }
        return statement;
    }

    private Statement ifStatement() {
        boolean before = expressions.filters().lenient(true);
        List<Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        do {
            Expression test = expressions.plainTuple(Set.of());
            endTag();
            branches.add(new Branch(test, statements(Set.of("elif", "else", "endif"))));
        } while (tokens.skipName("elif"));
        if (tokens.skipName("else")) {
            otherwise = body("endif");
        } else {
            tokens.expectName("endif");
        }
        expressions.filters().lenient(before);
        return new Statement.If(List.copyOf(branches), otherwise);
    }

    private Statement forStatement() {
        Target target = target();
        if (names(target).contains("loop")) {
            throw tokens.error("'loop' cannot be a loop's own name");
        }
        tokens.expectName("in");
        Expression iterable = expressions.plainTuple(Set.of("recursive"));
        boolean before = expressions.filters().lenient(false);
        Expression filter = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        endTag();
        loops++;
        List<Statement> body = statements(Set.of("endfor", "else"));
        loops--;
        List<Statement> otherwise = List.of();
        if (tokens.skipName("else")) {
            otherwise = body("endfor");
        } else {
            tokens.expectName("endfor");
        }
        expressions.filters().lenient(before);
        Statement.For loop = new Statement.For(target, iterable, filter, body, otherwise);
        return recursive ? new Statement.RecursiveFor(loop) : loop;
    }

    private Statement set() {
        Target target = target();
        if (tokens.skipOperator("=")) {
            return new Statement.Assign(target, expressions.tuple());
        }
        List<NamedCall> filters =
                tokens.skipOperator("|") ? expressions.filters().chain() : List.of();
        boolean before = expressions.filters().lenient(false);
        Statement capture = new Statement.Capture(target, filters, body("endset"));
        expressions.filters().lenient(before);
        return capture;
    }

    private Statement filterBlock() {
        List<NamedCall> filters = expressions.filters().chain();
        boolean before = expressions.filters().lenient(false);
        Statement block = new Statement.FilterBlock(filters, body("endfilter"));
        expressions.filters().lenient(before);
        return block;
    }

    private Statement with() {
        List<Statement.Assign> assignments = new ArrayList<>();
        while (tokens.current().kind() != Kind.BLOCK_END) {
            if (!assignments.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = target();
            tokens.expectOperator("=");
            assignments.add(new Statement.Assign(target, expressions.expression()));
        }
        boolean before = expressions.filters().lenient(false);
        Statement with = new Statement.With(List.copyOf(assignments), body("endwith"));
        expressions.filters().lenient(before);
        return with;
    }

    private Statement call() {
        List<Parameter> parameters = tokens.current().isOperator("(") ? parameters() : List.of();
        Token place = tokens.current();
        if (!(expressions.expression() instanceof Expression.Call callee)) {
            throw new TemplateException("column " + place.column() + ": expected a call", place.line());
        }
        return new Statement.CallBlock(callee, macroBody("caller", parameters, "endcall"));
    }

    private Statement scopedMacro(String endName) {
        return new Statement.Scoped(macroBody("generation", List.of(), endName).body());
    }

    private Macro macro(String name, String endName) {
        return macroBody(name, parameters(), endName);
    }

    private Macro macroBody(String name, List<Parameter> parameters, String endName) {
        int loopsBefore = loops;
        loops = 0;
        boolean before = expressions.filters().lenient(false);
        macros.push(new HashSet<>());
        List<Statement> body = body(endName);
        expressions.filters().lenient(before);
        loops = loopsBefore;
        return new Macro(name, parameters, body, Set.copyOf(macros.pop()));
    }

    private List<Parameter> parameters() {
        tokens.expectOperator("(");
        List<Parameter> parameters = new ArrayList<>();
        while (!tokens.current().isOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = tokens.expect(Kind.NAME).text();
            if (tokens.skipOperator("=")) {
                parameters.add(new Parameter(name, expressions.expression()));
            } else if (!parameters.isEmpty() && parameters.getLast().fallback() != null) {
                throw tokens.error("parameter '" + name + "' without a default follows one with a default");
            } else {
                parameters.add(new Parameter(name, null));
            }
        }
        tokens.expectOperator(")");
        return List.copyOf(parameters);
    }

    /// What is bound: a name, `namespace.name`, or several of them, with or without parentheses.
    private Target target() {
        int line = tokens.current().line();
        List<Target> targets = new ArrayList<>();
        boolean unpacks = false;
        while (!endsTarget()) {
            targets.add(singleTarget());
            if (!tokens.skipOperator(",")) {
                break;
            }
            unpacks = true;
        }
        if (targets.isEmpty()) {
            throw tokens.unexpected("a name to assign to");
        }
        return unpacks ? new Target.Unpacked(List.copyOf(targets), line) : targets.getFirst();
    }

    private static Set<String> names(Target target) {
        return switch (target) {
            case Target.Variable(String name) -> Set.of(name);
            case Target.NamespaceAttribute attribute -> Set.of();
            case Target.Unpacked(List<Target> targets, int line) -> {
                Set<String> names = new HashSet<>();
                targets.forEach(inner -> names.addAll(names(inner)));
                yield names;
            }
        };
    }

    private boolean endsTarget() {
        Token token = tokens.current();
        return token.kind() == Kind.BLOCK_END || token.isOperator(")");
    }

    private Target singleTarget() {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            Target inner = target();
            tokens.leave();
            tokens.expectOperator(")");
            return inner;
        }
        Token name = tokens.expect(Kind.NAME);
        if (Set.of("true", "false", "none", "True", "False", "None").contains(name.text())) {
            throw new TemplateException(
                    "column " + name.column() + ": cannot assign to '" + name.text() + "'", name.line());
        }
        if (tokens.skipOperator(".")) {
            String attribute = tokens.expect(Kind.NAME).text();
            return new Target.NamespaceAttribute(name.text(), attribute, name.line());
        }
        return new Target.Variable(name.text());
    }
}
