package dev.lilla.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Says what a file is written in that is not UTF-8, as far as its bytes tell.
final class ForeignEncoding {
    private static final int CHUNK = 1 << 16;
    private static final Charset WINDOWS = Charset.forName("windows-1252");

    private ForeignEncoding() {}

    /// The message: where the first wrong byte stands, what it probably is, what to do.
    static String explain(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] start = in.readNBytes(2);
            if (start.length == 2 && start[0] == 'P' && start[1] == 'K') {
                return path + ": is no text but a zip archive, as a spreadsheet is one. Open it and save it as"
                        + " \"CSV UTF-8\".";
            }
            if (start.length == 2 && isMark(start)) {
                return path + ": is UTF-16 text, expected UTF-8. " + convert("UTF-16", path);
            }
        } catch (IOException e) {
            return path + ": is not UTF-8 text.";
        }
        try (InputStream in = Files.newInputStream(path)) {
            return scan(path, in);
        } catch (IOException e) {
            return path + ": is not UTF-8 text.";
        }
    }

    private static String scan(Path path, InputStream in) throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
        CharBuffer chars = CharBuffer.allocate(CHUNK);
        long line = 1;
        boolean isEnd = false;
        while (!isEnd) {
            int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
            isEnd = read < 0;
            bytes.position(bytes.position() + Math.max(read, 0)).flip();
            int before = bytes.position();
            CoderResult result = decoder.decode(bytes, chars.clear(), isEnd);
            for (int i = before; i < bytes.position(); i++) {
                line += bytes.get(i) == '\n' ? 1 : 0;
            }
            if (result.isError()) {
                return wrong(path, line, bytes.get(bytes.position()));
            }
            bytes.compact();
        }
        return path + ": is not UTF-8 text.";
    }

    private static String wrong(Path path, long line, byte found) {
        String letter = new String(new byte[] {found}, WINDOWS);
        boolean isLetter = letter.length() == 1 && Character.isLetter(letter.charAt(0));
        return path + ": line " + line + ": byte 0x" + String.format("%02X", found) + " is not UTF-8"
                + (isLetter ? "; in Windows-1252 it is '" + letter + "'" : "") + ". " + convert("WINDOWS-1252", path);
    }

    private static String convert(String from, Path path) {
        return "Save it as UTF-8, or convert it: iconv -f " + from + " -t UTF-8 '" + path.getFileName() + "' > 'utf8-"
                + path.getFileName() + "'";
    }

    private static boolean isMark(byte[] start) {
        int mark = ((start[0] & 0xFF) << 8) | (start[1] & 0xFF);
        return mark == 0xFEFF || mark == 0xFFFE;
    }
}
