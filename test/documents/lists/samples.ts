/** Two invented parties, a person and a company, as each publisher would write them. */

export const unXml = `<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">
  <INDIVIDUALS>
    <INDIVIDUAL>
      <DATAID>1</DATAID><FIRST_NAME>HARITH</FIRST_NAME><SECOND_NAME>AL-DARI</SECOND_NAME><UN_LIST_TYPE>Iraq</UN_LIST_TYPE><REFERENCE_NUMBER>IQi.900</REFERENCE_NUMBER><GENDER>Male</GENDER>
      <NATIONALITY><VALUE>Iraq</VALUE></NATIONALITY>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Haris Dari</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Ghost</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-05-03</DATE></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>A1234567</NUMBER></INDIVIDUAL_DOCUMENT>
    </INDIVIDUAL>
  </INDIVIDUALS>
  <ENTITIES>
    <ENTITY><DATAID>2</DATAID><FIRST_NAME>Desert Trading LLC</FIRST_NAME><ENTITY_ALIAS><QUALITY/><ALIAS_NAME/></ENTITY_ALIAS></ENTITY>
  </ENTITIES>
</CONSOLIDATED_LIST>
`;

export const ofacSdn = `1,"AL-DARI, Harith","individual","IRAQ2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 03 May 1971; nationality Iraq; Gender Male; Passport A1234567 (Iraq); a.k.a. 'The Ghost'."
2,"Desert Trading LLC",-0- ,"IRAQ2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- `;

export const ofacAlt = `1,11,"aka","DARI, Haris",-0-
2,12,"aka","Desert General Trading",-0- `;

export const ofacXml = `<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="http://tempuri.org/sdnList.xsd">
  <publshInformation><Publish_Date>10/05/2023</Publish_Date><Record_Count>2</Record_Count></publshInformation>
  <sdnEntry>
    <uid>1</uid><firstName>Harith</firstName><lastName>AL-DARI</lastName><sdnType>Individual</sdnType><programList><program>IRAQ2</program></programList>
    <idList><id><uid>5</uid><idType>Passport</idType><idNumber>A1234567</idNumber><idCountry>Iraq</idCountry></id><id><uid>6</uid><idType>Gender</idType><idNumber>Male</idNumber></id></idList>
    <akaList><aka><uid>7</uid><type>a.k.a.</type><category>strong</category><lastName>DARI</lastName><firstName>Haris</firstName></aka><aka><uid>8</uid><type>a.k.a.</type><category>weak</category><lastName>The Ghost</lastName></aka></akaList>
    <nationalityList><nationality><uid>9</uid><country>Iraq</country><mainEntry>true</mainEntry></nationality></nationalityList>
    <dateOfBirthList><dateOfBirthItem><uid>10</uid><dateOfBirth>03 May 1971</dateOfBirth><mainEntry>true</mainEntry></dateOfBirthItem></dateOfBirthList>
  </sdnEntry>
  <sdnEntry><uid>2</uid><lastName>Desert Trading LLC</lastName><sdnType>Entity</sdnType></sdnEntry>
</sdnList>
`;

export const euXml = `<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-01-15T10:00:00.000+01:00" globalFileId="1">
  <sanctionEntity euReferenceNumber="EU.1.1" logicalId="1">
    <regulation programme="IRQ"/><subjectType code="person" classificationCode="P"/>
    <nameAlias firstName="Harith" lastName="Al-Dari" wholeName="Harith Al-Dari" gender="M" strong="true"/>
    <nameAlias wholeName="The Ghost" strong="false"/>
    <citizenship countryIso2Code="IQ" countryDescription="IRAQ"/><birthdate circa="false" calendarType="GREGORIAN" birthdate="1971-05-03" year="1971"/>
    <identification number="A1234567" identificationTypeCode="passport" countryIso2Code="IQ"/>
  </sanctionEntity>
  <sanctionEntity logicalId="2"><subjectType code="enterprise" classificationCode="E"/><nameAlias wholeName="Desert Trading LLC" strong="true"/></sanctionEntity>
</export>
`;

export const ukXml = `<?xml version="1.0" encoding="utf-8"?>
<Designations>
  <DateGenerated>04/03/2026</DateGenerated>
  <Designation>
    <UniqueID>IRQ0001</UniqueID><OFSIGroupID>7001</OFSIGroupID>
    <Names>
      <Name><Name1>Harith</Name1><Name6>Al-Dari</Name6><NameType>Primary Name</NameType></Name>
      <Name><Name6>The Ghost</Name6><NameType>Alias</NameType><AliasStrength>Low quality a.k.a.</AliasStrength></Name>
    </Names>
    <RegimeName>Iraq</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip>
    <IndividualDetails><Individual><DOBs><DOB>03/05/1971</DOB></DOBs><Nationalities><Nationality>Iraq</Nationality></Nationalities><PassportDetails><Passport><PassportNumber>A1234567</PassportNumber></Passport></PassportDetails></Individual></IndividualDetails>
  </Designation>
  <Designation><UniqueID>IRQ0002</UniqueID><Names><Name><Name6>Desert Trading LLC</Name6><NameType>Primary Name</NameType></Name></Names><IndividualEntityShip>Entity</IndividualEntityShip></Designation>
</Designations>
`;

export const ukCsv = `Report Date: 04-Mar-2026
Last Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Name type,Alias strength,D.O.B,Nationality(/ies),Passport number,"Designation Type",Regime Name
04/03/2026,IRQ0001,7001,Al-Dari,Harith,Primary Name,,03/05/1971,Iraq,A1234567,Individual,Iraq
04/03/2026,IRQ0001,7001,The Ghost,,Alias,Low quality a.k.a.,03/05/1971,Iraq,A1234567,Individual,Iraq
04/03/2026,IRQ0002,7002,Desert Trading LLC,,Primary Name,,,,,Entity,Iraq
`;

export const ftmLines = `{"id":"Q1","caption":"Harith al-Dari","schema":"Person","properties":{"name":["Harith al-Dari"],"weakAlias":["The Ghost"],"birthDate":["1971-05-03"],"nationality":["iq"],"passportNumber":["A1234567"],"topics":["sanction"]},"last_seen":"2026-05-06T10:00:00"}
{"id":"Q2","caption":"Desert Trading LLC","schema":"Company","properties":{"name":["Desert Trading LLC"]},"last_seen":"2026-05-05T10:00:00"}
`;

export const companyCsv = `id,name,kind,aliases,weak_aliases,dob,country,identifiers,list_date
c1,Harith al-Dari,person,Haris Dari,The Ghost,1971-05-03,Iraq,Passport:A1234567,2026-06-07
c2,Desert Trading LLC,company,,,,,,"2026-06-07"
`;
