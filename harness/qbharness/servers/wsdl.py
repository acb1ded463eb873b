"""The WSDL of the Web Connector service, written from the table of operations."""

from __future__ import annotations

from typing import Final

from qbharness.servers.soap import INTEGERS, INTUIT, OPERATIONS
from qbharness.servers.xml import quote

_RESULTS: Final = {"authenticate": "tns:ArrayOfString", "receiveResponseXML": "s:int"}


def write_wsdl(address: str) -> str:
    """The description of the service at ``address``. Source: Web Connector guide, chapter 10."""
    names = list(OPERATIONS)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"'
            ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
            f' xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="{INTUIT}"'
            f' targetNamespace="{INTUIT}">',
            f'<wsdl:types><s:schema elementFormDefault="qualified" targetNamespace="{INTUIT}">',
            *(_elements(name) for name in names),
            '<s:complexType name="ArrayOfString"><s:sequence><s:element minOccurs="0"'
            ' maxOccurs="unbounded" name="string" nillable="true" type="s:string"/></s:sequence>'
            "</s:complexType></s:schema></wsdl:types>",
            *(_messages(name) for name in names),
            '<wsdl:portType name="QBWebConnectorSvcSoap">',
            *(_port(name) for name in names),
            "</wsdl:portType>",
            '<wsdl:binding name="QBWebConnectorSvcSoap" type="tns:QBWebConnectorSvcSoap">',
            '<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>',
            *(_binding(name) for name in names),
            "</wsdl:binding>",
            '<wsdl:service name="QBWebConnectorSvc"><wsdl:port name="QBWebConnectorSvcSoap"'
            f' binding="tns:QBWebConnectorSvcSoap"><soap:address location="{quote(address)}"/>'
            "</wsdl:port></wsdl:service></wsdl:definitions>",
            "",
        ]
    )


def _elements(name: str) -> str:
    parts = "".join(_part(parameter) for parameter in OPERATIONS[name])
    result = _RESULTS.get(name, "s:string")
    least = 1 if result == "s:int" else 0
    return (
        f'<s:element name="{name}"><s:complexType><s:sequence>{parts}</s:sequence></s:complexType>'
        f'</s:element><s:element name="{name}Response"><s:complexType><s:sequence>'
        f'<s:element minOccurs="{least}" maxOccurs="1" name="{name}Result" type="{result}"/>'
        "</s:sequence></s:complexType></s:element>"
    )


def _part(parameter: str) -> str:
    kind, least = ("int", 1) if parameter in INTEGERS else ("string", 0)
    return f'<s:element minOccurs="{least}" maxOccurs="1" name="{parameter}" type="s:{kind}"/>'


def _messages(name: str) -> str:
    return (
        f'<wsdl:message name="{name}SoapIn"><wsdl:part name="parameters" element="tns:{name}"/>'
        f'</wsdl:message><wsdl:message name="{name}SoapOut">'
        f'<wsdl:part name="parameters" element="tns:{name}Response"/></wsdl:message>'
    )


def _port(name: str) -> str:
    return (
        f'<wsdl:operation name="{name}"><wsdl:input message="tns:{name}SoapIn"/>'
        f'<wsdl:output message="tns:{name}SoapOut"/></wsdl:operation>'
    )


def _binding(name: str) -> str:
    return (
        f'<wsdl:operation name="{name}"><soap:operation soapAction="{INTUIT}{name}"'
        ' style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input>'
        '<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>'
    )
