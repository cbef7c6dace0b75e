package dev.lilla.serve.text;

import dev.lilla.grammar.CallTags;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Reads a call whose arguments stand between tags; any white space may stand between these. Values are texts here:
/// what they are to be is the tool's to say ([TaggedValues]). Used for one call.
final class TaggedCallText {
    private final String text;
    private final CallTags tags;
    private int at;

    private TaggedCallText(String text, CallTags tags) {
        this.text = text;
        this.tags = tags;
    }

    /// The text ends too early.
    private static final class Unfinished extends Exception {
        private static final long serialVersionUID = 1;
    }

    /// The text is no call.
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;
    }

    static CallText.Outcome read(String text, CallTags tags) {
        TaggedCallText call = new TaggedCallText(text, tags);
        try {
            CallText.Read read = call.call();
            return new CallText.Outcome.Whole(List.of(read), call.at);
        } catch (Unfinished e) {
            return new CallText.Outcome.Unfinished();
        } catch (Broken e) {
            return new CallText.Outcome.Broken();
        }
    }

    private CallText.Read call() throws Unfinished, Broken {
        require(tags.nameOpening());
        String name = tags.nameClosing().isEmpty() ? nameBeforeTags() : until(tags.nameClosing(), CallText.NAME_MAX);
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        while (!skip(tags.closing())) {
            require(tags.keyOpening());
            String key = until(tags.keyClosing(), CallText.NAME_MAX);
            if (!tags.valueOpening().isEmpty()) {
                require(tags.valueOpening());
            }
            if (arguments.has(key)) {
                throw new Broken();
            }
            arguments.put(key, unwrapped(until(tags.valueClosing(), Integer.MAX_VALUE)));
        }
        return new CallText.Read(name, arguments);
    }

    /// A name that ends where the next tag begins.
    private String nameBeforeTags() throws Unfinished, Broken {
        int end = text.indexOf('<', at);
        if (end < 0 ? text.length() - at > CallText.NAME_MAX : end - at > CallText.NAME_MAX) {
            throw new Broken();
        }
        if (end < 0) {
            throw new Unfinished();
        }
        String name = text.substring(at, end).strip();
        at = end;
        return name;
    }

    /// A value without the line ends that belong to its tags.
    private String unwrapped(String value) {
        String wrap = tags.wrap();
        int from = value.startsWith(wrap) ? wrap.length() : 0;
        int to = value.length() - from >= wrap.length() && value.endsWith(wrap)
                ? value.length() - wrap.length()
                : value.length();
        return value.substring(from, to);
    }

    private void require(String tag) throws Unfinished, Broken {
        if (!skip(tag)) {
            throw new Broken();
        }
    }

    /// Passes white space and a tag.
    ///
    /// @return false if something else stands there
    private boolean skip(String tag) throws Unfinished {
        at = CallText.behindSpace(text, at);
        if (text.startsWith(tag, at)) {
            at += tag.length();
            return true;
        }
        if (text.length() - at < tag.length() && text.regionMatches(at, tag, 0, text.length() - at)) {
            throw new Unfinished();
        }
        return false;
    }

    private String until(String tag, int longest) throws Unfinished, Broken {
        int end = text.indexOf(tag, at);
        if ((end < 0 ? text.length() : end) - at > longest) {
            throw new Broken();
        }
        if (end < 0) {
            throw new Unfinished();
        }
        String found = text.substring(at, end);
        at = end + tag.length();
        return found;
    }
}
