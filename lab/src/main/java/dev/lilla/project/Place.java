package dev.lilla.project;

/// Where something stands in a file; both numbers from 1.
public record Place(int line, int column) {
    @Override
    public String toString() {
        return "line " + line + ", column " + column;
    }
}
