package carafe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checker of the contract tests finds what it is there to find. */
class JsonSchemaTest {
    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'type':'integer'}                                       | 7        | 7.5
            {'type':['string','null']}                               | null     | 1
            {'type':'number','minimum':0,'maximum':1}                | 0.5      | 1.5
            {'type':'string','minLength':2,'pattern':'^a'}           | 'ab'     | 'ba'
            {'type':'string','maxLength':2}                          | 'ab'     | 'abc'
            {'type':'string','format':'date'}                        | '2026-01-09' | 'soon'
            {'enum':['a',null]}                                      | null     | 'b'
            {'const':false}                                          | false    | true
            {'type':'array','items':{'type':'boolean'},'minItems':1} | [true]   | []
            {'type':'array','items':{'type':'boolean'}}              | []       | [1]
            {'oneOf':[{'type':'string'},{'type':'null'}]}            | null     | 3
            {'oneOf':[{'type':'integer'},{'type':'number'}]}         | 1.5      | 1
            {'anyOf':[{'required':['a']},{'required':['b']}]}        | {'b':1}  | {'c':1}
            {'type':'object','required':['a'],'properties':{'a':{}}} | {'a':1}  | {}
            {'type':'object','properties':{'a':{}}}                  | {'a':1}  | {'b':1}
            {'type':'object','additionalProperties':{'type':'null'}} | {'a':null} | {'a':1}
            {'type':'object','propertyNames':{'pattern':'^x'}}       | {'xy':1} | {'y':1}
            {'allOf':[{'properties':{'a':{'type':'null'}}},{'properties':{'b':{}}}]} | {'a':null,'b':2} | {'a':1}
            {'$ref':'#/named'}                                       | 'x'      | 1
            """)
    void goodAndBad(String schema, String good, String bad) throws Exception {
        var checker = new JsonSchema(json("{'named':{'type':'string'}}"));
        assertThat(checker.faults(json(schema), json(good))).isEmpty();
        assertThat(checker.faults(json(schema), json(bad))).isNotEmpty();
    }

    @Test
    void aKeywordThatItDoesNotKnowIsNotPassedOver() {
        assertThatThrownBy(() -> new JsonSchema(json("{}")).faults(json("{'multipleOf':2}"), json("3")))
                .hasMessageContaining("multipleOf");
        assertThatThrownBy(() -> new JsonSchema(json("{}")).faults(json("{'$ref':'#/nothing'}"), json("3")))
                .hasMessageContaining("nothing");
    }
}
