package carafe.engine.llm.local.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SchemaCheckTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"type":"object","required":["a"]}                              | {"a":1}        | {}
                    {"properties":{"a":{"type":"integer"}}}                         | {"a":2.0}      | {"a":2.5}
                    {"properties":{"a":{}},"additionalProperties":false}            | {"a":null}     | {"b":1}
                    {"additionalProperties":{"type":"string"}}                      | {"b":"x"}      | {"b":1}
                    {"type":["string","null"]}                                      | null           | 1
                    {"enum":["a",1]}                                                | 1.0            | "b"
                    {"const":{"a":[1]}}                                             | {"a":[1]}      | {"a":[2]}
                    {"anyOf":[{"type":"string"},{"type":"null"}]}                   | "x"            | 4
                    {"oneOf":[{"const":1},{"const":2}]}                             | 2              | 3
                    {"allOf":[{"required":["a"]},{"required":["b"]}]}               | {"a":1,"b":1}  | {"a":1}
                    {"type":"array","items":{"type":"boolean"},"minItems":1}        | [true]         | []
                    {"type":"array","items":{"type":"boolean"},"maxItems":1}        | [true]         | [true,false]
                    {"prefixItems":[{"type":"string"}],"items":{"type":"number"}}   | ["a",1]        | ["a","b"]
                    {"type":"string","minLength":2,"maxLength":3}                   | "äöü"          | "a"
                    {"type":"integer","minimum":1,"maximum":3}                      | 3              | 4
                    {"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":3}    | 2              | 3
                    {"$defs":{"n":{"type":"null"}},"properties":{"a":{"$ref":"#/$defs/n"}}} | {"a":null} | {"a":0}
                    {"properties":{"next":{"$ref":"#"}},"required":["v"]}           | {"v":1,"next":{"v":2}} | {"v":1,"next":{}}
                    true                                                            | 1              | -
                    {"$ref":"#"}                                                    | -              | 1
                    """)
    void tellsWhatFollowsFromWhatDoesNot(String schema, String good, String bad) throws Exception {
        var check = new SchemaCheck(JSON.readTree(schema));
        if (!good.equals("-")) {
            assertThat(check.follows(JSON.readTree(good))).as(good).isTrue();
        }
        if (!bad.equals("-")) {
            assertThat(check.follows(JSON.readTree(bad))).as(bad).isFalse();
        }
    }
}
