package dev.lilla.evaluate.metric;

import com.networknt.schema.SchemaException;
import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A regular expression of a schema that gives up on a text instead of searching it for hours: the
/// text counts how often it is looked at.
///
/// @param pattern found anywhere in the text, as JSON Schema has it
record BoundedPattern(Pattern pattern) implements RegularExpression {
    /// Honest patterns look at a character a few times.
    private static final int LOOKS_BEFORE = 10_000;

    private static final int LOOKS_PER_CHARACTER = 200;

    static RegularExpression of(String regex) {
        try {
            return new BoundedPattern(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw new SchemaException("the pattern \"" + regex + "\" is no regular expression: " + e.getDescription());
        }
    }

    @Override
    public boolean matches(String text) {
        try {
            return pattern.matcher(new CountedText(text)).find();
        } catch (TooManyLooksException e) {
            return false;
        } catch (StackOverflowError e) {
            return false;
        }
    }

    private static final class TooManyLooksException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyLooksException() {
            super("the pattern looks at the text too often", null, false, false);
        }
    }

    private static final class CountedText implements CharSequence {
        private final String text;
        private long left;

        CountedText(String text) {
            this.text = text;
            this.left = LOOKS_BEFORE + (long) LOOKS_PER_CHARACTER * text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new TooManyLooksException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
