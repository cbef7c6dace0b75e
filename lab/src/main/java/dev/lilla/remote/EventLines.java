package dev.lilla.remote;

import java.util.Optional;

/// Puts the data of server-sent events together (WHATWG HTML, 9.2.6). Names and ids of events are left: the JSON
/// of both APIs says what it is.
final class EventLines {
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private boolean isFirst = true;

    /// Takes the next line.
    ///
    /// @return the data of the event that it ends, if it ends one
    Optional<String> take(String line) {
        String text = isFirst && line.startsWith("\uFEFF") ? line.substring(1) : line;
        isFirst = false;
        if (text.isEmpty()) {
            return end();
        }
        int colon = text.indexOf(':');
        String field = colon < 0 ? text : text.substring(0, colon);
        if (field.equals("data")) {
            String value = colon < 0 ? "" : text.substring(colon + 1);
            if (hasData) {
                data.append('\n');
            }
            if (data.length() + value.length() > LinePump.LINE_BYTES_MAX) {
                throw new MalformedStreamException("an event is longer than " + LinePump.LINE_BYTES_MAX + " bytes");
            }
            data.append(value, value.startsWith(" ") ? 1 : 0, value.length());
            hasData = true;
        }
        return Optional.empty();
    }

    /// The data of an event that no empty line ended, as the stream is over.
    Optional<String> end() {
        Optional<String> event = hasData ? Optional.of(data.toString()) : Optional.empty();
        data.setLength(0);
        hasData = false;
        return event;
    }
}
