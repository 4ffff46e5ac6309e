package lab.probe;

import java.util.Map;
import lab.missing.Client;

/** Needs a class that is not in its jar. */
public class Lacking extends Telling {
    @Override
    public void start(Map<String, String> config) {
        new Client().connect();
    }
}
