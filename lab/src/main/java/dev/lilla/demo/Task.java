package dev.lilla.demo;

/// What an example asks for. The house tasks belong to Kvitto and are no part of the general mixture.
public enum Task {
    CLASSIFY("classify"),
    EXTRACT("extract"),
    QUESTION("question"),
    SUMMARY("summary"),
    PRODUCT("product"),
    TALK("talk"),
    ECHO("echo"),
    HOUSE_CLASSIFY("house-classify"),
    HOUSE_REPLY("house-reply"),
    HOUSE_SLIP("house-slip");

    private final String label;

    Task(String label) {
        this.label = label;
    }

    /// Its name in files and tables.
    public String label() {
        return label;
    }

    /// Whether it belongs to the house.
    public boolean isHouse() {
        return label.startsWith("house-");
    }

    /// Whether it has examples in a split: small talk has no names, so only its phrasings can be held out.
    public boolean occursIn(Split split) {
        return this != TALK || split == Split.TRAIN || split == Split.HELD_OUT_PHRASING;
    }
}
